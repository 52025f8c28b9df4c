/// Pixels and labels of a whole set, held once and never changed; every view of the set shares them.
package final class ImageStore: Sendable {
  /// The shape of one image, [c, h, w].
  package let shape: [Int]
  /// All images one after another, each [c, h, w], 0 dark to 255 bright.
  package let pixels: [UInt8]
  /// The class number of each image.
  package let labels: [Int32]
  /// The names of the classes, by number.
  package let classNames: [String]
  /// What else is known of each image, or nothing: class masks, then instance masks, and boxes.
  package let extras: [SampleExtras]
  /// The names of the numbers in class masks, by number; empty when there are none.
  package let maskNames: [String]

  /// Wraps pixels and labels; throws `DatasetError` when their counts or the class numbers do not fit together.
  package init(
    shape: [Int], pixels: [UInt8], labels: [Int32], classNames: [String], extras: [SampleExtras] = [],
    maskNames: [String] = []
  ) throws {
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 && $0 <= 1 << 16 }) else {
      throw DatasetError("images of shape \(shape), wanted [channels, height, width], each 1 to 65536")
    }
    let (plane, planeOverflow) = shape[0].multipliedReportingOverflow(by: shape[1] * shape[2])
    let (total, overflow) = plane.multipliedReportingOverflow(by: labels.count)
    guard !planeOverflow, !overflow, total == pixels.count else {
      throw DatasetError(
        "\(pixels.count) bytes of pixels for \(labels.count) images of shape \(shape), wanted \(total)")
    }
    if let wrong = labels.first(where: { $0 < 0 || Int($0) >= classNames.count }) {
      throw DatasetError("label \(wrong), wanted a class number from 0 to \(classNames.count - 1)")
    }
    guard extras.isEmpty || extras.count == labels.count else {
      throw DatasetError("masks and boxes of \(extras.count) images for \(labels.count) images")
    }
    for masks in extras.lazy.map(\.masks) where masks.contains(where: { $0.count != shape[1] * shape[2] }) {
      throw DatasetError("a mask of another size than its image, wanted \(shape[1]) x \(shape[2])")
    }
    self.extras = extras
    self.maskNames = maskNames
    self.shape = shape
    self.pixels = pixels
    self.labels = labels
    self.classNames = classNames
  }

  /// Bytes of one image.
  package var imageSize: Int { shape[0] * shape[1] * shape[2] }
}
