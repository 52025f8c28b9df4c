import TensorRuntime

/// A public set that comes as four IDX files: training and test images and labels.
package struct IDXSet: Sendable {
  /// What the user calls it.
  package let name: String
  /// Its folder below a data folder.
  package let folder: String
  /// The names of the classes, by number.
  package let classNames: [String]
  /// Images and labels to learn from.
  package let train: (images: RemoteFile, labels: RemoteFile)
  /// Images and labels to judge by.
  package let test: (images: RemoteFile, labels: RemoteFile)
  /// The label of the first class: the letters of EMNIST count from 1.
  package var firstLabel = 0
  /// Whether rows and columns are exchanged in the files, as in EMNIST.
  package var isTransposed = false

  /// Reads the set, fetching what is missing; `share` of the training images becomes the validation part.
  ///
  /// Throws `DatasetError` naming the file that is missing or wrong.
  package func load(
    validation share: Double = 0, random: Philox = Philox(seed: 0, stream: 0),
    folders: DataFolders = DataFolders(), fetcher: Fetcher = Fetcher()
  ) throws -> ImageDataset {
    let trainImages = try images(train, folders, fetcher)
    let testImages = try images(test, folders, fetcher)
    guard trainImages.shape == testImages.shape else {
      throw DatasetError(
        "\(name): training images are \(trainImages.shape), test images \(testImages.shape)",
        fix: "the files belong to different sets")
    }
    return try ImageDataset(
      name: name, train: trainImages, test: testImages, validation: share, random: random)
  }

  private func images(
    _ pair: (images: RemoteFile, labels: RemoteFile), _ folders: DataFolders, _ fetcher: Fetcher
  ) throws -> LabelledImages {
    let imagePath = try path(of: pair.images, folders, fetcher)
    let labelPath = try path(of: pair.labels, folders, fetcher)
    let labels = try IDXFile(path: labelPath, axes: 1)
    let images = try IDXFile(path: imagePath, axes: 3)
    guard labels.bytes.count == images.shape[0] else {
      throw DatasetError(
        "\(imagePath) has \(images.shape[0]) images and \(labelPath) has \(labels.bytes.count) labels",
        fix: "the two files belong to different sets")
    }
    let range = firstLabel..<firstLabel + classNames.count
    if let wrong = labels.bytes.first(where: { !range.contains(Int($0)) }) {
      throw DatasetError(
        "\(labelPath) has a label \(wrong), wanted \(range.lowerBound) to \(range.upperBound - 1)",
        fix: "the file belongs to another set")
    }
    let (height, width) = (images.shape[1], images.shape[2])
    return try LabelledImages(
      shape: isTransposed ? [1, width, height] : [1, height, width],
      pixels: isTransposed ? Self.transposed(images) : images.bytes,
      labels: labels.bytes.map { Int32($0) - Int32(firstLabel) }, classNames: classNames)
  }

  private static func transposed(_ images: IDXFile) -> [UInt8] {
    let (height, width) = (images.shape[1], images.shape[2])
    let plane = height * width
    return [UInt8](unsafeUninitializedCapacity: images.bytes.count) { buffer, initialized in
      images.bytes.withUnsafeBufferPointer { source in
        for start in stride(from: 0, to: source.count, by: plane) {
          for i in 0..<plane { buffer[start + i] = source[start + i % height * width + i / height] }
        }
      }
      initialized = images.bytes.count
    }
  }

  private func path(of file: RemoteFile, _ folders: DataFolders, _ fetcher: Fetcher) throws -> String {
    if let path = folders.locate(set: folder, names: file.acceptedNames) { return path }
    guard folders.mayFetch, !file.mirrors.isEmpty else {
      throw folders.missing(file.name, of: name, in: folder, canBeFetched: !file.mirrors.isEmpty)
    }
    return try fetcher.fetch(file, into: "\(folders.cache)/\(folder)")
  }
}
