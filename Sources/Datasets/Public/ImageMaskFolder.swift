import Dispatch
import Foundation
import ImageCodecs
import TensorRuntime

/// Images and their masks in folders beside each other: `images/cat1.jpg` and `masks/cat1.png`.
///
/// Masks are PNG files whose palette indices or grey values are class numbers. Parts lie in `train/images` and
/// `train/masks`, or in `images/train` and `masks/train`; without parts a fifth is taken to test.
package struct ImageMaskFolder: Sendable {
  /// The folder.
  package let path: String
  /// What the folders of images and of masks are called.
  package var imageFolder = "images"
  package var maskFolder = "masks"
  /// Height and width that everything gets; those of the first image when nil.
  package var size: (height: Int, width: Int)?
  /// Whether images become grey, [1, h, w]; otherwise they are RGB, [3, h, w].
  package var isGray = false
  /// How an image and its mask get the common size.
  package var fit = ImageFolder.Fit.crop
  /// The names of the classes, by number; made up from the numbers in the masks when empty.
  package var classNames: [String] = []
  /// Which number in the files is class 0, which class 1, …; the numbers themselves when empty.
  package var values: [UInt8] = []
  /// The number of pixels that don't count; it stays as it is.
  package var ignored: UInt8?

  /// Describes a folder.
  package init(_ path: String) { self.path = path }

  /// One image with its mask.
  private struct Pair {
    let image: String
    let mask: String
    var part: Part
  }

  private enum Part: CaseIterable {
    case train, validation, test

    var names: [String] {
      switch self {
      case .train: ["train", "training"]
      case .validation: ["validation", "valid", "val"]
      case .test: ["test", "testing"]
      }
    }
  }

  /// Reads everything, on all processors; `cancellation` stops it with `Interrupted`. A pair that can't be read is left
  /// out and named in `problems`.
  ///
  /// Throws `DatasetError` when there are no pairs, or none that can be read.
  package func dataset(
    validation share: Double = 0, random: Philox, cancellation: CancellationToken? = nil
  ) throws -> (dataset: ImageDataset, problems: [String]) {
    let (pairs, lonely) = try list()
    let size = try size ?? firstSize(pairs)
    let (plane, channels) = (size.height * size.width, isGray ? 1 : 3)
    _ = try PixelImage.sampleCount(width: size.width, height: size.height, channels: 3)
    guard pairs.count * (channels + 1) * plane <= ImageFolder.largestSize else {
      throw DatasetError(
        "\(pairs.count) images of \(size.height) x \(size.width) with masks take more than \(ImageFolder.largestSize) bytes",
        fix: "give a smaller size: [64, 64]")
    }
    var read = [Result<(pixels: [UInt8], mask: [UInt8]), ImageError>?](repeating: nil, count: pairs.count)
    read.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let results = buffer
      DispatchQueue.concurrentPerform(iterations: pairs.count) { index in
        if cancellation?.isCancelled == true { return }
        do { results[index] = .success(try self.read(pairs[index], size)) } catch {
          results[index] = .failure(error as? ImageError ?? ImageError("\(error)"))
        }
      }
    }
    try cancellation?.check()
    var problems = lonely
    var (pixels, masks, parts): ([UInt8], [[UInt8]], [Part]) = ([], [], [])
    pixels.reserveCapacity(pairs.count * channels * plane)
    for (pair, result) in zip(pairs, read) {
      switch result {
      case .success(let (image, mask))?:
        pixels += image
        masks.append(mask)
        parts.append(pair.part)
      case .failure(let error)?: problems.append(error.message)
      case nil: break
      }
    }
    guard !masks.isEmpty else {
      throw DatasetError("no image of \(path) can be read with its mask; the first: \(problems.first ?? "")")
    }
    let names = try classNames(for: masks)
    let store = try ImageStore(
      shape: [channels, size.height, size.width], pixels: pixels,
      labels: masks.map { commonest($0, classes: names.count) }, classNames: names,
      extras: masks.map { SampleExtras(masks: [$0]) }, maskNames: names)
    return (try split(store, parts, share: share, random: random), problems)
  }

  private func split(_ store: ImageStore, _ parts: [Part], share: Double, random: Philox) throws
    -> ImageDataset
  {
    let view = { (part: Part) in
      LabelledImages(store: store, rows: parts.indices.filter { parts[$0] == part }.map { Int32($0) })
    }
    let name = (path as NSString).lastPathComponent
    var (train, test) = (view(.train), view(.test))
    if test.count == 0 {
      // Not by class: the commonest class of a mask says little of what else is in it.
      let order = Philox(seed: random.seed, stream: ~random.stream).permutation(train.count)
      let taken = Set(order.prefix(train.count / 5))
      test = train.filter { index, _ in taken.contains(index) }
      train = train.filter { index, _ in !taken.contains(index) }
    }
    let watch = view(.validation)
    if watch.count > 0 { return ImageDataset(name: name, train: train, validation: watch, test: test) }
    return try ImageDataset(name: name, train: train, test: test, validation: share, random: random)
  }

  /// The class other than background that most pixels have.
  private func commonest(_ mask: [UInt8], classes: Int) -> Int32 {
    var counts = [Int](repeating: 0, count: 256)
    for number in mask { counts[Int(number)] += 1 }
    let best = (1..<max(2, classes)).max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
    return best < classes && counts[best] > 0 ? Int32(best) : 0
  }

  /// The names given, checked against the numbers that occur, or names made up for these.
  private func classNames(for masks: [[UInt8]]) throws -> [String] {
    var occurs = [Bool](repeating: false, count: 256)
    for mask in masks { for number in mask { occurs[Int(number)] = true } }
    if let ignored { occurs[Int(ignored)] = false }
    let largest = occurs.lastIndex(of: true) ?? 0
    if occurs[255], values.isEmpty {
      let onlyTwo = !occurs[1..<255].contains(true)
      throw DatasetError(
        "the masks of \(path) hold the number 255",
        fix: onlyTwo
          ? "values: [0, 255] takes black for class 0 and white for class 1"
          : "ignore: 255 where such pixels don't count")
    }
    guard classNames.isEmpty || largest < classNames.count else {
      throw DatasetError(
        "the masks of \(path) hold class \(largest), but \(classNames.count) classes are named",
        fix: "name \(largest + 1) classes, or ignore: \(largest)")
    }
    return classNames.isEmpty
      ? (0...max(1, largest)).map { $0 == 0 ? "background" : "class \($0)" } : classNames
  }

  // MARK: Files

  private func list() throws -> (pairs: [Pair], lonely: [String]) {
    var pairs: [Pair] = []
    var lonely: [String] = []
    for part in Part.allCases {
      for name in part.names {
        for (images, masks) in [
          ("\(path)/\(name)/\(imageFolder)", "\(path)/\(name)/\(maskFolder)"),
          ("\(path)/\(imageFolder)/\(name)", "\(path)/\(maskFolder)/\(name)"),
        ] { add(images, masks, part, &pairs, &lonely) }
      }
    }
    if pairs.isEmpty { add("\(path)/\(imageFolder)", "\(path)/\(maskFolder)", .train, &pairs, &lonely) }
    guard !pairs.isEmpty else {
      throw DatasetError(
        "no images with masks in \(path)\(lonely.first.map { "; \($0)" } ?? "")",
        fix:
          "\(path)/\(imageFolder)/a.jpg belongs to \(path)/\(maskFolder)/a.png; images: and masks: name the folders"
      )
    }
    return (pairs, lonely)
  }

  private func add(
    _ images: String, _ masks: String, _ part: Part, _ pairs: inout [Pair], _ lonely: inout [String]
  ) {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: images),
      let maskNames = try? FileManager.default.contentsOfDirectory(atPath: masks)
    else { return }
    let known = Set(maskNames)
    for name in names.sorted() where !name.hasPrefix(".") {
      let file = name as NSString
      guard ImageFile.extensions.contains(file.pathExtension.lowercased()) else { continue }
      let stem = file.deletingPathExtension
      let endings = ["", "_mask", "-mask", "_label", "_seg", "_gt"]
      guard let mask = endings.lazy.map({ stem + $0 + ".png" }).first(where: known.contains) else {
        lonely.append("\(images)/\(name) has no mask \(masks)/\(stem).png")
        continue
      }
      pairs.append(Pair(image: "\(images)/\(name)", mask: "\(masks)/\(mask)", part: part))
    }
  }

  /// The size of the first image that can be read.
  private func firstSize(_ pairs: [Pair]) throws -> (height: Int, width: Int) {
    for pair in pairs.prefix(100) {
      if let image = try? ImageFile.read(path: pair.image) { return (image.height, image.width) }
    }
    throw DatasetError(
      "none of the first images in \(path) can be read", fix: "PNG, JPEG, BMP, GIF and PPM are read")
  }

  private func read(_ pair: Pair, _ size: (height: Int, width: Int)) throws -> (
    pixels: [UInt8], mask: [UInt8]
  ) {
    var image = try ImageFile.read(path: pair.image).converted(toChannels: isGray ? 1 : 3)
    var mask = try ImageFile.readLabels(path: pair.mask)
    guard (mask.width, mask.height) == (image.width, image.height) else {
      throw ImageError(
        "\(pair.mask) is \(mask.width) x \(mask.height), its image \(image.width) x \(image.height)")
    }
    if fit == .crop {
      image = try image.croppedToShape(width: size.width, height: size.height)
      mask = try mask.croppedToShape(width: size.width, height: size.height)
    }
    image = try image.resized(width: size.width, height: size.height)
    mask = try mask.resizedToNearest(width: size.width, height: size.height)
    let plane = size.width * size.height
    var pixels = [UInt8](repeating: 0, count: image.channels * plane)
    for channel in 0..<image.channels {
      for i in 0..<plane { pixels[channel * plane + i] = image.pixels[i * image.channels + channel] }
    }
    return (pixels, try classes(mask.pixels, of: pair.mask))
  }

  /// The class numbers of a file's numbers.
  private func classes(_ numbers: [UInt8], of file: String) throws -> [UInt8] {
    guard !values.isEmpty else { return numbers }
    var table = [UInt8?](repeating: nil, count: 256)
    for (number, value) in values.enumerated() { table[Int(value)] = UInt8(clamping: number) }
    if let ignored { table[Int(ignored)] = ignored }
    return try numbers.map { number in
      guard let known = table[Int(number)] else {
        throw ImageError("\(file) holds the number \(number), which is not among the values \(values)")
      }
      return known
    }
  }
}
