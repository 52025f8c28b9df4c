import Files
import Foundation
import TensorRuntime

/// Small colour photographs in the binary layout of CIFAR (Krizhevsky 2009): [3, 32, 32], planes one after another.
package struct CIFARSet: Sendable {
  /// What the user calls it.
  package let name: String
  /// The folder of the unpacked files.
  package let folder: String
  /// The names of the classes, by number.
  package let classNames: [String]
  /// Files to learn from, in order.
  package let trainFiles: [String]
  /// The file to judge by.
  package let testFile: String
  /// Bytes of labels in front of each image; the last of them counts.
  package let labelBytes: Int
  /// The archive that holds the files.
  package let archive: RemoteFile

  private static let imageSize = 3 * 32 * 32
  /// Images in any one file: ten times what the real ones have at most.
  private static let largestCount = 500_000

  /// Reads the set, fetching it when it is missing; `share` of the training images becomes the validation part.
  ///
  /// Throws `DatasetError` naming the file that is missing or wrong.
  package func load(
    validation share: Double = 0, random: Philox = Philox(seed: 0, stream: 0),
    folders: DataFolders = DataFolders(), fetcher: Fetcher = Fetcher()
  ) throws -> ImageDataset {
    let names = trainFiles + [testFile]
    if names.contains(where: { folders.locate(set: folder, names: [$0]) == nil }) {
      try fetch(names, folders, fetcher)
    }
    let paths = try names.map { name in
      guard let path = folders.locate(set: folder, names: [name]) else {
        throw folders.missing(name, of: self.name, in: folder, canBeFetched: true)
      }
      return path
    }
    return try ImageDataset(
      name: name, train: images(paths.dropLast()), test: images(paths.suffix(1)), validation: share,
      random: random)
  }

  private func fetch(_ names: [String], _ folders: DataFolders, _ fetcher: Fetcher) throws {
    let target = "\(folders.cache)/\(folder)"
    var path = folders.locate(set: ".", names: [archive.name])
    guard folders.mayFetch || path != nil else {
      let lacking = names.first { folders.locate(set: folder, names: [$0]) == nil }
      throw folders.missing(lacking ?? archive.name, of: name, in: folder, canBeFetched: true)
    }
    if path == nil { path = try fetcher.fetch(archive, into: folders.cache) }
    guard let path else { return }
    do { try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true) } catch {
      throw DatasetError("can't make the folder \(target): \(error.localizedDescription)")
    }
    let limit = Self.largestCount * (Self.imageSize + labelBytes)
    try TarReader.unpack(path, names: Set(names), into: target, limit: limit)
    if path.hasPrefix(folders.cache) { try? FileManager.default.removeItem(atPath: path) }
  }

  private func images(_ paths: ArraySlice<String>) throws -> LabelledImages {
    let record = labelBytes + Self.imageSize
    let sizes = try paths.map { path in
      let size = try DatasetError.naming(path) { try PlainFile.size(of: path) }
      guard size > 0, size % record == 0, size / record <= Self.largestCount else {
        throw DatasetError(
          "\(path) has \(size) bytes, wanted a whole number of \(record)-byte records",
          fix: "the file is damaged: delete it and fetch it again")
      }
      return size
    }
    let count = sizes.reduce(0, +) / record
    var pixels: [UInt8] = []
    var labels: [Int32] = []
    pixels.reserveCapacity(count * Self.imageSize)
    labels.reserveCapacity(count)
    for (path, size) in zip(paths, sizes) {
      let reader = try GzipReader(path: path)
      for number in 0..<size / record {
        guard let bytes = try reader.readExactly(record) else {
          throw DatasetError("\(path) ends in the middle of image \(number)")
        }
        let label = bytes[labelBytes - 1]
        guard Int(label) < classNames.count else {
          throw DatasetError(
            "image \(number) of \(path) has a label \(label), wanted 0 to \(classNames.count - 1)",
            fix: "the file is damaged or of another set: delete it and fetch it again")
        }
        labels.append(Int32(label))
        pixels.append(contentsOf: bytes[labelBytes...])
      }
    }
    return try LabelledImages(shape: [3, 32, 32], pixels: pixels, labels: labels, classNames: classNames)
  }

  /// Ten kinds of things and animals, 50,000 and 10,000.
  package static let cifar10 = CIFARSet(
    name: "CIFAR10", folder: "cifar-10-batches-bin",
    classNames: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    trainFiles: (1...5).map { "data_batch_\($0).bin" }, testFile: "test_batch.bin", labelBytes: 1,
    archive: RemoteFile(
      name: "cifar-10-binary.tar.gz", mirrors: ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"],
      size: 170_052_171, checksum: .file("c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")))

  /// A hundred kinds of things, animals, plants and places, 50,000 and 10,000; the fine labels.
  package static let cifar100 = CIFARSet(
    name: "CIFAR100", folder: "cifar-100-binary", classNames: cifar100Names, trainFiles: ["train.bin"],
    testFile: "test.bin", labelBytes: 2,
    archive: RemoteFile(
      name: "cifar-100-binary.tar.gz", mirrors: ["https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"],
      size: 168_513_733, checksum: .file("58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec")))

  private static let cifar100Names = """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can \
    castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin \
    elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster \
    man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck \
    pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk \
    skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger \
    tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
    """.split(separator: " ").map(String.init)
}
