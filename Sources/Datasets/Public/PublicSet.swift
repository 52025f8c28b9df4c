import Foundation

/// A public data set by name: which files it has, where they lie, and how they are fetched.
package struct PublicSet: Sendable {
  /// What the user calls it.
  package let name: String
  /// What it is, in a line.
  package let summary: String
  /// Its folder below a data folder.
  package let folder: String
  /// The files that are read, under any of the names they may have.
  package let files: [[String]]
  /// Bytes to fetch; 0 when it is not fetched.
  package let fetchSize: Int
  private let load: @Sendable (DataFolders, Fetcher) throws -> ImageDataset

  private init(_ set: IDXSet, _ summary: String) {
    let files = [set.train.images, set.train.labels, set.test.images, set.test.labels]
    name = set.name
    self.summary = summary
    folder = set.folder
    self.files = files.map(\.acceptedNames)
    fetchSize = files.contains { $0.mirrors.isEmpty } ? 0 : files.reduce(0) { $0 + $1.size }
    load = { try set.load(folders: $0, fetcher: $1) }
  }

  private init(_ set: CIFARSet, _ summary: String) {
    name = set.name
    self.summary = summary
    folder = set.folder
    files = (set.trainFiles + [set.testFile]).map { [$0] }
    fetchSize = set.archive.size
    load = { try set.load(folders: $0, fetcher: $1) }
  }

  /// All sets there are.
  package static let all: [PublicSet] = [
    PublicSet(.mnist, "70,000 handwritten digits, 28 x 28"),
    PublicSet(.fashionMNIST, "70,000 pictures of clothes, 28 x 28"),
    PublicSet(.kmnist, "70,000 characters of old Japanese books, 28 x 28"),
    PublicSet(.emnist(.balanced), "131,600 handwritten digits and letters, 28 x 28"),
    PublicSet(.cifar10, "60,000 colour photographs in ten kinds, 32 x 32"),
    PublicSet(.cifar100, "60,000 colour photographs in a hundred kinds, 32 x 32"),
  ]

  /// The set called so, in any mixture of capitals; `nil` for none.
  package static func named(_ name: String) -> PublicSet? {
    let plain = { (text: String) in text.lowercased().filter { $0.isLetter || $0.isNumber } }
    return all.first { plain($0.name) == plain(name) }
  }

  /// Where its files lie, the first of each; `nil` unless all are there.
  package func location(in folders: DataFolders) -> String? {
    let paths = files.map { folders.locate(set: folder, names: $0) }
    guard !paths.contains(nil), let first = paths.first ?? nil else { return nil }
    return (first as NSString).deletingLastPathComponent
  }

  /// Fetches what is missing and reads everything once. Throws `DatasetError`.
  package func fetch(into folders: DataFolders, fetcher: Fetcher) throws -> ImageDataset {
    try load(folders, fetcher)
  }
}
