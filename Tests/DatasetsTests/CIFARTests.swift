import Datasets
import Foundation
import TensorRuntime
import Testing

@Suite("CIFAR files")
struct CIFARTests {
  let folder: TemporaryFolder
  var folders: DataFolders { DataFolders(own: folder.path, cache: folder.path + "/cache", mayFetch: false) }

  init() throws { folder = try TemporaryFolder() }

  private func record(_ labels: [UInt8], _ value: UInt8) -> [UInt8] {
    labels + [UInt8](repeating: value, count: 1024) + [UInt8](repeating: value + 1, count: 1024)
      + [UInt8](repeating: value + 2, count: 1024)
  }

  @Test("Five training files follow one another; planes stay planes")
  func reads() throws {
    for number in 1...5 {
      let bytes = record([UInt8(number)], UInt8(number * 10)) + record([9], 100)
      try folder.write(bytes, to: "cifar-10-batches-bin/data_batch_\(number).bin")
    }
    try folder.write(record([3], 7), to: "cifar-10-batches-bin/test_batch.bin")
    let data = try CIFARSet.cifar10.load(folders: folders)
    #expect(data.train.labels == [1, 9, 2, 9, 3, 9, 4, 9, 5, 9])
    #expect(data.train.shape == [3, 32, 32])
    #expect(data.test.statistics.mean == [7, 8, 9].map { Float($0) / 255 })
    #expect(data.classNames[3] == "cat")
  }

  @Test("CIFAR-100 takes the second label")
  func readsFineLabels() throws {
    try folder.write(record([19, 99], 0), to: "cifar-100-binary/train.bin")
    try folder.write(record([0, 1], 0), to: "cifar-100-binary/test.bin")
    let data = try CIFARSet.cifar100.load(folders: folders)
    #expect(data.classNames.count == 100)
    #expect(data.train.labels == [99])
    #expect(data.classNames[99] == "worm")
    // Files are often links to where there is room.
    try FileManager.default.moveItem(
      atPath: folder.path + "/cifar-100-binary/train.bin", toPath: folder.path + "/elsewhere.bin")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/cifar-100-binary/train.bin", withDestinationPath: "../elsewhere.bin")
    #expect(try CIFARSet.cifar100.load(folders: folders).train.labels == [99])
  }

  @Test("Wrong sizes and labels are errors that name the file")
  func refuses() throws {
    try folder.write(record([0, 1], 0), to: "cifar-100-binary/test.bin")
    let missing = #expect(throws: DatasetError.self) { try CIFARSet.cifar100.load(folders: folders) }
    #expect(missing?.message.hasPrefix("CIFAR100: no file train.bin in") == true)
    for bytes in [[], [1, 2, 3], record([0, 1], 0) + [0], record([0, 100], 0)] {
      let path = try folder.write(bytes, to: "cifar-100-binary/train.bin")
      let error = #expect(throws: DatasetError.self) { try CIFARSet.cifar100.load(folders: folders) }
      #expect(error?.message.contains(path) == true)
    }
  }

  @Test("An archive in the data folder is unpacked into the cache, by base names alone")
  func unpacks() throws {
    let entries: [(String, [UInt8])] = [
      ("cifar-100-binary/readme.html", [1, 2, 3]), ("../../train.bin", record([0, 5], 1)),
      ("cifar-100-binary/test.bin", record([0, 6], 2)),
    ]
    let archive = entries.flatMap { name, content -> [UInt8] in
      var header = [UInt8](repeating: 0, count: 512)
      for (i, byte) in name.utf8.enumerated() { header[i] = byte }
      for (i, byte) in String(content.count, radix: 8).utf8.enumerated() { header[124 + i] = byte }
      header[156] = UInt8(ascii: "0")
      return header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }
    try folder.write(gzipped(archive + [UInt8](repeating: 0, count: 1024)), to: "cifar-100-binary.tar.gz")
    let data = try CIFARSet.cifar100.load(folders: folders)
    #expect((data.train.label(0), data.test.label(0)) == (5, 6))
    #expect(FileManager.default.fileExists(atPath: folder.path + "/cache/cifar-100-binary/train.bin"))
    #expect(FileManager.default.fileExists(atPath: folder.path + "/cifar-100-binary.tar.gz"))
    try folder.write(gzipped(Array(archive.prefix(3000))), to: "cut.tar.gz")
    #expect(throws: DatasetError.self) {
      try TarReader.unpack(
        folder.path + "/cut.tar.gz", names: ["train.bin"], into: folder.path, limit: 1 << 20)
    }
  }

  @Test(
    "The real CIFAR-10 has its counts and statistics",
    .enabled(
      if: RealData.has("cifar-10-batches-bin"), "set CNNREPL_DATA to a folder that has cifar-10-batches-bin/")
  )
  func realFiles() throws {
    let folders = DataFolders(own: RealData.folder, cache: "/nowhere", mayFetch: false)
    let data = try CIFARSet.cifar10.load(
      validation: 0.1, random: Philox(seed: 1, stream: 0), folders: folders)
    #expect((data.train.count, data.validation.count, data.test.count) == (45_000, 5_000, 10_000))
    #expect(data.test.classCounts == [Int](repeating: 1000, count: 10))
    // The means everybody normalises CIFAR-10 by; these copies went through JPEG once, hence the tolerance.
    for (mean, known) in zip(data.train.statistics.mean, [0.4914, 0.4822, 0.4465] as [Float]) {
      #expect(abs(mean - known) < 0.003)
    }
  }
}
