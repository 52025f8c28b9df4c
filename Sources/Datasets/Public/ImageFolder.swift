import Dispatch
import Foundation
import ImageCodecs
import TensorRuntime

/// Images in files: a folder for each class, or the class at the beginning of each name (`cat.0.jpg`) or where a pattern
/// says.
package struct ImageFolder: Sendable {
  /// How an image gets the common size.
  package enum Fit: String, CaseIterable, Sendable {
    /// Cut to the common shape in the middle, then scaled.
    case crop
    /// Scaled in both directions, whatever becomes of its shape.
    case stretch
  }

  /// The folder.
  package let path: String
  /// Height and width that every image gets; those of the first image when nil.
  package var size: (height: Int, width: Int)?
  /// Whether images become grey, [1, h, w]; otherwise they are RGB, [3, h, w].
  package var isGray = false
  /// How an image gets the common size.
  package var fit = Fit.crop
  /// How names tell the class; without it folders do, or the beginnings of names where there are no folders.
  package var pattern: NamePattern?
  /// Called now and then with the number of images read and the number there are.
  package var progress: @Sendable (Int, Int) -> Void = { _, _ in }

  /// The most bytes all images together may take.
  package static let largestSize = 1 << 32

  /// Images read, and the files that could not be.
  package struct Result: Sendable {
    /// The images, classes in alphabetical order, files in alphabetical order within them.
    package let images: LabelledImages
    /// What is wrong with each file that was left out.
    package let problems: [String]
  }

  /// Describes a folder.
  package init(_ path: String) { self.path = path }

  /// Reads all images, on all processors; `cancellation` stops it with `Interrupted`.
  ///
  /// Throws `DatasetError` when there is no folder, no class or no readable image. A file that can't be read is left
  /// out and named in the result.
  package func load(cancellation: CancellationToken? = nil) throws -> Result {
    let (files, classNames, unlike) = try list()
    let size = try size ?? firstSize(files.map(\.path))
    _ = try PixelImage.sampleCount(width: size.width, height: size.height, channels: 3)
    let imageBytes = (isGray ? 1 : 3) * size.height * size.width
    let (total, overflow) = imageBytes.multipliedReportingOverflow(by: files.count)
    guard !overflow, total <= Self.largestSize else {
      throw DatasetError(
        "\(files.count) images of \(size.height) x \(size.width) take \(total) bytes, more than \(Self.largestSize)",
        fix: "give a smaller size: [64, 64]")
    }
    var pixels = [UInt8](repeating: 0, count: total)
    var problems = [String?](repeating: nil, count: files.count)
    let done = Counter()
    pixels.withUnsafeMutableBufferPointer { pixels in
      problems.withUnsafeMutableBufferPointer { problems in
        nonisolated(unsafe) let (sheet, notes) = (pixels, problems)
        DispatchQueue.concurrentPerform(iterations: files.count) { index in
          if cancellation?.isCancelled == true { return }
          let target = UnsafeMutableBufferPointer(
            rebasing: sheet[index * imageBytes..<(index + 1) * imageBytes])
          do { try read(files[index].path, size, into: target) } catch {
            notes[index] = (error as? ImageError)?.message ?? "\(error)"
          }
          let count = done.next()
          if count % 64 == 0 || count == files.count { progress(count, files.count) }
        }
      }
    }
    try cancellation?.check()
    let store = try ImageStore(
      shape: [isGray ? 1 : 3, size.height, size.width], pixels: pixels, labels: files.map(\.label),
      classNames: classNames)
    let readable = files.indices.filter { problems[$0] == nil }
    guard !readable.isEmpty else {
      throw DatasetError("no image in \(path) can be read; the first: \(problems.first.flatMap { $0 } ?? "")")
    }
    return Result(
      images: LabelledImages(store: store, rows: readable.map { Int32($0) }),
      problems: unlike + problems.compactMap { $0 })
  }

  /// A set from a folder that has `train` and, as it may be, `test` and `validation` (or `valid`, `val`) in it, or from
  /// one that has the classes at once.
  ///
  /// Parts that are missing are taken from the training images: a fifth to test, `share` to watch.
  package func dataset(
    validation share: Double = 0, random: Philox, cancellation: CancellationToken? = nil
  ) throws -> (dataset: ImageDataset, problems: [String]) {
    let name = (path as NSString).lastPathComponent
    let part = { (names: [String]) -> String? in
      names.map { "\(path)/\($0)" }.first { Self.isFolder($0) }
    }
    var reader = self
    let trainPath = part(["train", "training"])
    reader.size = try size ?? firstSize(at(trainPath ?? path).list().files.map(\.path))
    let load = { (path: String) in try reader.at(path).load(cancellation: cancellation) }
    let train = try load(trainPath ?? path)
    let test = trainPath == nil ? nil : try part(["test", "testing"]).map(load)
    let watch = trainPath == nil ? nil : try part(["validation", "valid", "val"]).map(load)
    let parts = [test, watch].compactMap { $0 }
    for other in parts where other.images.classNames != train.images.classNames {
      throw DatasetError(
        "the parts of \(path) have different classes: \(train.images.classNames) and \(other.images.classNames)"
      )
    }
    let problems = train.problems + parts.flatMap(\.problems)
    var (kept, judged) = (train.images, test?.images)
    if judged == nil {
      (kept, judged) = try kept.split(share: 0.2, random: Philox(seed: random.seed, stream: ~random.stream))
    }
    let testImages = judged ?? kept.take(0)
    if let watch {
      let dataset = ImageDataset(name: name, train: kept, validation: watch.images, test: testImages)
      return (dataset, problems)
    }
    let dataset = try ImageDataset(
      name: name, train: kept, test: testImages, validation: share, random: random)
    return (dataset, problems)
  }

  private func at(_ path: String) -> ImageFolder {
    var copy = ImageFolder(path)
    (copy.size, copy.isGray, copy.fit, copy.progress, copy.pattern) = (size, isGray, fit, progress, pattern)
    return copy
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// The image files with their class numbers, and what is wrong with names unlike the pattern.
  private func list() throws -> (
    files: [(path: String, label: Int32)], classNames: [String], problems: [String]
  ) {
    guard Self.isFolder(path), let entries = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw DatasetError("no folder \(path)", fix: "give the folder that has a folder for each class")
    }
    let visible = entries.filter { !$0.hasPrefix(".") }.sorted()
    let folders = visible.filter { Self.isFolder("\(path)/\($0)") }
    var found: [(path: String, name: String)] = []
    for folder in folders {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []
      found += files.filter(Self.isImage).sorted().map { ("\(path)/\(folder)/\($0)", folder) }
    }
    if found.isEmpty {
      found = visible.filter(Self.isImage).map { name in
        ("\(path)/\(name)", String(name.prefix { $0 != "." && $0 != "_" && $0 != "-" }))
      }
    }
    var problems: [String] = []
    if let pattern {
      found = found.compactMap { file in
        if let name = pattern.className(in: (file.path as NSString).lastPathComponent) {
          return (file.path, name)
        }
        problems.append("\(file.path): its name is not like \(pattern.text)")
        return nil
      }
    }
    let classNames = Set(found.map(\.name)).sorted()
    guard !found.isEmpty else {
      if let problem = problems.first { throw DatasetError("no class in any name: \(problem)") }
      throw DatasetError(
        "no images in \(path)", fix: "images lie in a folder for each class, or are called CLASS.NUMBER.jpg")
    }
    let numbers = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, Int32($0)) })
    return (found.map { ($0.path, numbers[$0.name] ?? 0) }, classNames, problems)
  }

  private static func isImage(_ name: String) -> Bool {
    !name.hasPrefix(".") && ImageFile.extensions.contains((name as NSString).pathExtension.lowercased())
  }

  /// The size of the first image that can be read.
  private func firstSize(_ paths: [String]) throws -> (height: Int, width: Int) {
    for path in paths.prefix(100) {
      if let image = try? ImageFile.read(path: path) { return (image.height, image.width) }
    }
    throw DatasetError(
      "none of the first images in \(path) can be read", fix: "PNG, JPEG, BMP, GIF and PPM are read")
  }

  private func read(
    _ path: String, _ size: (height: Int, width: Int), into target: UnsafeMutableBufferPointer<UInt8>
  ) throws {
    var image = try ImageFile.read(path: path).converted(toChannels: isGray ? 1 : 3)
    if fit == .crop { image = try image.croppedToShape(width: size.width, height: size.height) }
    image = try image.resized(width: size.width, height: size.height)
    let plane = size.width * size.height
    for channel in 0..<image.channels {
      for i in 0..<plane { target[channel * plane + i] = image.pixels[i * image.channels + channel] }
    }
  }
}

/// Counts across threads.
private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0

  /// The number after the last.
  func next() -> Int {
    lock.withLock {
      count += 1
      return count
    }
  }
}
