import TensorRuntime

/// Random changes of training images that leave their meaning: ranges to draw from.
///
/// What happens to an image is a function of seed, epoch and index alone. Image, masks and boxes of a sample move
/// together.
package struct Augment: Sendable, Hashable {
  /// What stands where an image moved away from.
  package enum Fill: String, CaseIterable, Sendable {
    /// The nearest pixel of the edge: aaa|abc|ccc.
    case nearest
    /// The image mirrored at its edge, which is repeated: cba|abc|cba.
    case reflect
    /// The image repeated: abc|abc|abc.
    case wrap
    /// Black.
    case constant
  }

  /// Degrees turned at most, either way.
  package var rotate: Float = 0
  /// Share of the size moved at most, in each direction.
  package var shift: Float = 0
  /// Share enlarged or shrunk at most: 0.3 draws factors from 0.7…1.3.
  package var zoom: Float = 0
  /// Degrees slanted at most, either way.
  package var shear: Float = 0
  /// Whether half of the images are mirrored left to right.
  package var flipsHorizontally = false
  /// Whether half of the images are mirrored top to bottom.
  package var flipsVertically = false
  /// Whole pixels moved at most in each direction: padding by as many and cropping at random.
  package var crop = 0
  /// Pixels by which parts of an image are moved against each other at most.
  package var elastic: Float = 0
  /// Share of brightness taken away or added at most.
  package var brightness: Float = 0
  /// Share of contrast taken away or added at most.
  package var contrast: Float = 0
  /// Share of colourfulness taken away or added at most.
  package var saturation: Float = 0
  /// Turns of the colour circle at most, either way (0.5 reaches every hue).
  package var hue: Float = 0
  /// Strength of the colour shift along the main axes of natural images (Krizhevsky and others 2012: 0.1).
  package var pcaColor: Float = 0
  /// Largest share of the area that is blotted out, in half of the images (Zhong and others 2017).
  package var erase: Float = 0
  /// Deviation of the noise added to each number.
  package var noise: Float = 0
  /// What stands where an image moved away from.
  package var fill = Fill.nearest
  /// How the images of a batch are mixed with each other; labels become shares of two classes.
  package var mix: BatchMix?

  /// Changes nothing until a range is set.
  package init() {}

  /// Throws `DatasetError` naming the first range that makes no sense.
  package func validate() throws {
    let shares: [(String, Float, ClosedRange<Float>)] = [
      ("rotate", rotate, 0...180), ("shift", shift, 0...1), ("zoom", zoom, 0...0.95),
      ("shear", shear, 0...80),
      ("elastic", elastic, 0...1000), ("brightness", brightness, 0...1), ("contrast", contrast, 0...1),
      ("saturation", saturation, 0...1), ("hue", hue, 0...0.5), ("pcaColor", pcaColor, 0...10),
      ("erase", erase, 0...1), ("noise", noise, 0...10), ("crop", Float(crop), 0...1024),
    ]
    if case .mixup(let alpha)? = mix, !(0.01...10).contains(alpha) {
      throw DatasetError("mixup: \(alpha), wanted 0.01 to 10")
    }
    for (name, value, range) in shares where !range.contains(value) {
      throw DatasetError("\(name): \(value), wanted \(range.lowerBound) to \(range.upperBound)")
    }
  }

  /// What a name of Keras' `ImageDataGenerator` is called here, for a hint; nil when it is none of them.
  package static func hint(forKeras name: String) -> String? {
    switch name {
    case "rotation_range": "rotate: DEGREES"
    case "width_shift_range", "height_shift_range": "shift: SHARE"
    case "zoom_range": "zoom: SHARE"
    case "shear_range": "shear: DEGREES"
    case "horizontal_flip": "flip: .horizontal"
    case "vertical_flip": "flip: .vertical"
    case "brightness_range": "brightness: SHARE"
    case "channel_shift_range": "pcaColor: STRENGTH"
    case "fill_mode": "fill: .nearest, .reflect, .wrap or .constant"
    case "rescale": "nothing: images are 0…1 already"
    case "featurewise_center", "featurewise_std_normalization": "data.normalized"
    case "validation_split": "the data set's own validation: SHARE"
    default: nil
    }
  }
}
