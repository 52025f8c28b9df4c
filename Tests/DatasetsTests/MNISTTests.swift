import Datasets
import Foundation
import TensorRuntime
import Testing

@Suite("MNIST files")
struct MNISTTests {
  let folder: TemporaryFolder
  var folders: DataFolders { DataFolders(own: folder.path, cache: folder.path + "/cache", mayFetch: false) }

  init() throws { folder = try TemporaryFolder() }

  private func images(_ count: Int, side: Int = 28) -> [UInt8] {
    [0, 0, 8, 3, 0, 0, UInt8(count >> 8), UInt8(count & 255), 0, 0, 0, UInt8(side), 0, 0, 0, UInt8(side)]
      + (0..<count).flatMap { [UInt8](repeating: UInt8($0 % 256), count: side * side) }
  }

  private func labels(_ count: Int) -> [UInt8] {
    [0, 0, 8, 1, 0, 0, UInt8(count >> 8), UInt8(count & 255)] + (0..<count).map { UInt8($0 % 10) }
  }

  private func writeSet(train: Int = 40, test: Int = 10) throws {
    try folder.write(images(train), to: "mnist/train-images-idx3-ubyte")
    try folder.write(gzipped(labels(train)), to: "mnist/train-labels-idx1-ubyte.gz")
    try folder.write(gzipped(images(test)), to: "mnist/t10k-images-idx3-ubyte.gz")
    try folder.write(labels(test), to: "mnist/t10k-labels-idx1-ubyte")
  }

  @Test("Raw and compressed files may be mixed; validation takes the same share of every class")
  func loads() throws {
    try writeSet(train: 40)
    let data = try IDXSet.mnist.load(validation: 0.25, random: Philox(seed: 1, stream: 0), folders: folders)
    #expect(data.shape == [1, 28, 28])
    #expect((data.train.count, data.validation.count, data.test.count) == (30, 10, 10))
    #expect(data.validation.classCounts == [Int](repeating: 1, count: 10))
    #expect(data.train.classCounts == [Int](repeating: 3, count: 10))
    #expect(data.test.labels == Array(0..<10))
    #expect(data.test.bytes(7).allSatisfy { $0 == 7 })
  }

  @Test("A missing file is named, with the places looked at")
  func namesMissing() throws {
    try writeSet()
    try FileManager.default.removeItem(atPath: folder.path + "/mnist/t10k-labels-idx1-ubyte")
    let error = #expect(throws: DatasetError.self) { try IDXSet.mnist.load(folders: folders) }
    let places = "\(folder.path)/mnist or \(folder.path)/cache/mnist"
    #expect(error?.message == "MNIST: no file t10k-labels-idx1-ubyte.gz in \(places)")
    #expect(error?.fix == "put it there, or unset CNNREPL_OFFLINE to fetch it")
  }

  @Test("Images and labels that do not belong together are an error")
  func comparesCounts() throws {
    try writeSet()
    try folder.write(labels(39), to: "mnist/train-labels-idx1-ubyte")
    let error = #expect(throws: DatasetError.self) { try IDXSet.mnist.load(folders: folders) }
    #expect(error?.message.contains("has 40 images and") == true)
    #expect(error?.message.contains("has 39 labels") == true)
    try folder.write(
      [0, 0, 8, 1, 0, 0, 0, 40] + [UInt8](repeating: 10, count: 40), to: "mnist/train-labels-idx1-ubyte")
    let label = #expect(throws: DatasetError.self) { try IDXSet.mnist.load(folders: folders) }
    #expect(label?.message.contains("has a label 10, wanted 0 to 9") == true)
  }

  @Test("Folders come from the environment")
  func environment() {
    let given = DataFolders(environment: [
      "CNNREPL_DATA": "/d", "XDG_CACHE_HOME": "/c", "CNNREPL_OFFLINE": "1",
    ])
    #expect(given == DataFolders(own: "/d", cache: "/c/cnnrepl", mayFetch: false))
    let home = DataFolders(environment: ["HOME": "/home/kim", "CNNREPL_DATA": ""])
    #expect(home == DataFolders(own: nil, cache: "/home/kim/.cache/cnnrepl", mayFetch: true))
  }

  @Test(
    "The real files have the published hashes, counts and statistics",
    .enabled(if: RealData.has("mnist"), "set CNNREPL_DATA to a folder that has mnist/"))
  func realFiles() throws {
    let folders = DataFolders(own: RealData.folder, cache: "/nowhere", mayFetch: false)
    for file in [
      IDXSet.mnist.train.images, IDXSet.mnist.train.labels, IDXSet.mnist.test.images,
      IDXSet.mnist.test.labels,
    ] {
      let path = try #require(folders.locate(set: "mnist", names: file.acceptedNames))
      #expect(try file.matches(path: path))
    }
    let data = try IDXSet.mnist.load(validation: 0.1, random: Philox(seed: 0, stream: 0), folders: folders)
    #expect((data.train.count, data.validation.count, data.test.count) == (54_000, 6_000, 10_000))
    // The first test digit is a 7; class counts as published with the set.
    #expect(data.test.label(0) == 7)
    #expect(data.test.classCounts == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    let whole = try IDXSet.mnist.load(folders: folders).train.statistics
    // PyTorch's MNIST example normalises by these two numbers.
    #expect(abs(whole.mean[0] - 0.1307) < 5e-5)
    #expect(abs(whole.std[0] - 0.3081) < 5e-5)
  }
}

/// Where real data lie, if they do.
enum RealData {
  static let folder = ProcessInfo.processInfo.environment["CNNREPL_DATA"].flatMap { $0.isEmpty ? nil : $0 }

  /// Whether the folder has a set.
  static func has(_ name: String) -> Bool {
    folder.map { FileManager.default.fileExists(atPath: $0 + "/" + name) } ?? false
  }
}
