import ImageCodecs
import TensorRuntime

/// Labelled images in some order: a view of an ``ImageStore``, so that slices, splits and shuffles copy no pixels.
///
/// Indices count from 0 and must lie inside `count` unless a member says it throws.
package struct LabelledImages: Sendable {
  /// What all views of the same set share.
  package let store: ImageStore
  /// Which images of the store these are, in order.
  package private(set) var rows: [Int32]
  /// Per channel, what a batch is shifted and scaled by after the bytes became 0…1; nil leaves them so.
  package private(set) var normalization: ChannelStatistics?
  /// How images are changed at random when a batch is made; nil leaves them so.
  package private(set) var augmentation: Augmentation?

  /// Ranges to draw from, and the sequence that draws.
  package struct Augmentation: Sendable {
    /// The ranges.
    package let ranges: Augment
    /// The sequence; each epoch has a part of its own.
    package let random: Philox
  }

  /// A view of chosen images of a store, in the order given.
  package init(store: ImageStore, rows: [Int32]) {
    self.store = store
    self.rows = rows
  }

  /// A view of all images of a store.
  package init(store: ImageStore) {
    self.init(store: store, rows: (0..<Int32(store.labels.count)).map { $0 })
  }

  /// Wraps new images; throws `DatasetError` when counts do not fit together.
  package init(
    shape: [Int], pixels: [UInt8], labels: [Int32], classNames: [String], extras: [SampleExtras] = [],
    maskNames: [String] = []
  ) throws {
    self.init(
      store: try ImageStore(
        shape: shape, pixels: pixels, labels: labels, classNames: classNames, extras: extras,
        maskNames: maskNames))
  }

  /// How many images there are.
  package var count: Int { rows.count }
  /// The shape of one image, [c, h, w].
  package var shape: [Int] { store.shape }
  /// The names of the classes, by number.
  package var classNames: [String] { store.classNames }
  /// The class number of each image, in this view's order.
  package var labels: [Int32] { rows.map { store.labels[Int($0)] } }

  /// The class number of one image.
  package func label(_ index: Int) -> Int32 { store.labels[Int(rows[index])] }

  /// The masks and boxes of one image as they are stored; empty when the set has none.
  package func extras(_ index: Int) -> SampleExtras {
    store.extras.isEmpty ? SampleExtras() : store.extras[Int(rows[index])]
  }

  /// Whether there is a mask of class numbers for every image.
  package var hasMasks: Bool { !store.extras.isEmpty && store.extras.allSatisfy { !$0.masks.isEmpty } }

  /// The bytes of one image, [c, h, w].
  package func bytes(_ index: Int) -> ArraySlice<UInt8> {
    let start = Int(rows[index]) * store.imageSize
    return store.pixels[start..<start + store.imageSize]
  }

  /// One image as a picture; throws `ImageError` when it has 2 or more than 4 channels.
  package func picture(_ index: Int) throws -> PixelImage {
    let (channels, plane) = (shape[0], shape[1] * shape[2])
    let planar = bytes(index)
    var pixels = [UInt8]()
    pixels.reserveCapacity(planar.count)
    for i in 0..<plane {
      for c in 0..<channels { pixels.append(planar[planar.startIndex + c * plane + i]) }
    }
    return try PixelImage(width: shape[2], height: shape[1], channels: channels, pixels: pixels)
  }

  /// How many images each class has, by class number.
  package var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classNames.count)
    for row in rows { counts[Int(store.labels[Int(row)])] += 1 }
    return counts
  }

  /// The images at chosen places, in the order given; throws `DatasetError` for a place outside.
  package func selecting(_ indices: [Int]) throws -> LabelledImages {
    if let wrong = indices.first(where: { $0 < 0 || $0 >= count }) {
      throw DatasetError("image \(wrong) of a set of \(count), wanted 0 to \(count - 1)")
    }
    return view(indices.map { rows[$0] })
  }

  /// The images of a range of places; throws `DatasetError` when it reaches outside.
  package func slice(_ range: Range<Int>) throws -> LabelledImages {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw DatasetError("images \(range) of a set of \(count)", fix: "the last range is 0..<\(count)")
    }
    return view(Array(rows[range]))
  }

  /// The first images, or all when there are fewer.
  package func take(_ limit: Int) -> LabelledImages { view(Array(rows.prefix(max(0, limit)))) }

  /// The images whose place and class pass a test.
  package func filter(_ isIncluded: (_ index: Int, _ label: Int32) throws -> Bool) rethrows -> LabelledImages
  {
    var kept: [Int32] = []
    for (index, row) in rows.enumerated() where try isIncluded(index, store.labels[Int(row)]) {
      kept.append(row)
    }
    return view(kept)
  }

  /// The images of some classes only, with the class numbers they had.
  package func filter(classes: Set<Int32>) -> LabelledImages { filter { classes.contains($1) } }

  /// All images in the random order of a sequence.
  package func shuffled(_ random: Philox) -> LabelledImages {
    view(random.permutation(count).map { rows[$0] })
  }

  /// The same images, each channel shifted by its mean and divided by its deviation when a batch is made.
  package func normalized(by statistics: ChannelStatistics) -> LabelledImages {
    var copy = self
    copy.normalization = statistics
    return copy
  }

  /// The same images as they are looked at: numbers from 0 to 1.
  package var viewed: LabelledImages {
    var copy = self
    copy.normalization = nil
    return copy
  }

  /// The same images, changed at random when a batch is made: a function of `random`, epoch and image alone.
  ///
  /// Throws `DatasetError` when a range makes no sense.
  package func augmented(_ ranges: Augment, random: Philox) throws -> LabelledImages {
    try ranges.validate()
    var copy = self
    copy.augmentation = Augmentation(ranges: ranges, random: random)
    return copy
  }

  private func view(_ rows: [Int32]) -> LabelledImages {
    var copy = self
    copy.rows = rows
    return copy
  }
}

extension Philox {
  /// The numbers 0 ..< `count` in random order (Fisher and Yates).
  package func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<max(0, count))
    guard order.count > 1 else { return order }
    for i in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(i, integer(UInt64(i), below: i + 1))
    }
    return order
  }
}
