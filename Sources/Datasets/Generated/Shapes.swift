import TensorRuntime

/// Generated pictures of circles, rectangles and triangles, [3, size, size], with everything there is to know of them:
/// labels, class masks, instance masks and boxes.
///
/// Mask 0 of a sample holds class numbers (0 background, 1 circle, 2 rectangle, 3 triangle), mask 1 instance numbers
/// (0 background, 1 the first shape drawn …). Boxes and labels count circle 0, rectangle 1, triangle 2; an image's
/// label is that of its largest visible shape.
package struct Shapes: Sendable, Hashable {
  /// The names of the kinds, by label.
  package static let classNames = ["circle", "rectangle", "triangle"]

  /// How many pictures.
  package var count = 1000
  /// Pixels along a side.
  package var size = 64
  /// How many shapes a picture has.
  package var shapes = 1...3
  /// Whether shapes may cover each other.
  package var mayOverlap = true
  /// Deviation of the noise, in shares of full brightness.
  package var noise: Float = 0.03
  /// Whether shapes and background have colours, or greys in one channel.
  package var isColored = true

  /// Describes 1000 pictures of 64 x 64 with one to three coloured shapes.
  package init() {}

  /// Draws the pictures; picture i is a function of the sequence and i alone.
  ///
  /// Throws `DatasetError` for sizes and counts that make no sense, and `Interrupted`.
  package func images(random: Philox) throws -> LabelledImages {
    guard (1...1_000_000).contains(count), (8...1024).contains(size), shapes.lowerBound >= 1,
      shapes.upperBound <= 50, noise >= 0, noise <= 1
    else {
      throw DatasetError(
        "\(count) pictures of \(size) x \(size) with \(shapes.lowerBound) to \(shapes.upperBound) shapes",
        fix: "counts from 1 to 1000000, sizes from 8 to 1024, shapes from 1 to 50, noise from 0 to 1")
    }
    let channels = isColored ? 3 : 1
    let bytes = channels * size * size
    let (total, overflow) = count.multipliedReportingOverflow(by: bytes + 2 * size * size)
    guard !overflow, total <= 1 << 32 else {
      throw DatasetError(
        "\(count) pictures of \(size) x \(size) take \(total) bytes", fix: "draw fewer or smaller ones")
    }
    let pictures = try DrawnPictures(count: count, byteCount: bytes) { index, part in
      var painter = ShapePainter(self, random, sample: index)
      painter.paint(into: part)
      return painter
    }
    return try LabelledImages(
      shape: [channels, size, size], pixels: pictures.pixels, labels: pictures.extras.map(\.label),
      classNames: Self.classNames,
      extras: pictures.extras.map {
        SampleExtras(masks: [$0.classes, $0.instances], boxes: $0.boxes)
      },
      maskNames: ["background"] + Self.classNames)
  }

  /// A set: the last fifth to test, the rest to train and, by `validation`, to watch.
  package func dataset(validation share: Double = 0, random: Philox) throws -> ImageDataset {
    let all = try images(random: random)
    let trainCount = count - count / 5
    return try ImageDataset(
      name: "Shapes", train: all.slice(0..<trainCount), test: all.slice(trainCount..<count),
      validation: share,
      random: random)
  }
}
