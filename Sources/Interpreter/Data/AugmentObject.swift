import Datasets
import TensorRuntime

/// Random changes of training images, in a program.
final class AugmentObject: HostObject {
  let ranges: Augment

  init(_ ranges: Augment) { self.ranges = ranges }

  var text: String {
    let numbers: [(String, Float)] = [
      ("rotate", ranges.rotate), ("shift", ranges.shift), ("zoom", ranges.zoom), ("shear", ranges.shear),
      ("crop", Float(ranges.crop)), ("elastic", ranges.elastic), ("brightness", ranges.brightness),
      ("contrast", ranges.contrast), ("saturation", ranges.saturation), ("hue", ranges.hue),
      ("pcaColor", ranges.pcaColor), ("erase", ranges.erase), ("noise", ranges.noise),
    ]
    var parts = numbers.filter { $0.1 != 0 }.map { "\($0.0): \($0.1)" }
    if ranges.flipsHorizontally || ranges.flipsVertically {
      let both = ranges.flipsHorizontally && ranges.flipsVertically
      parts.append("flip: .\(both ? "both" : ranges.flipsHorizontally ? "horizontal" : "vertical")")
    }
    switch ranges.mix {
    case .mixup(let alpha)?: parts.append("mixup: \(alpha)")
    case .cutmix?: parts.append("cutmix: true")
    case nil: break
    }
    return "Augment(\((parts + ["fill: .\(ranges.fill.rawValue)"]).joined(separator: ", ")))"
  }

  static let declaration = TypeDeclaration(
    "Augment", "Random changes of training images: what data.train.augmented takes.", members: [])

  private static let fills = OptionFamily(
    "Fill",
    [
      .init("nearest", "the nearest pixel of the edge"), .init("reflect", "the image mirrored at its edge"),
      .init("wrap", "the image repeated"), .init("constant", "black"),
    ])

  private static let flips = OptionFamily(
    "Flip",
    [
      .init("none", "never"), .init("horizontal", "left to right"), .init("vertical", "top to bottom"),
      .init("both", "either"),
    ])

  private static func range(_ name: String, _ summary: String) -> Parameter {
    .labelled(name, .number, summary, default: .double(0))
  }

  static let builtin = Builtin(
    "Augment",
    """
    Random changes that leave an image's meaning, drawn anew for each image and epoch: a function of the seed, the \
    epoch and the image alone. Masks and boxes move along.
    """,
    [
      range("rotate", "degrees turned at most, either way"),
      range("shift", "share of the size moved at most, in each direction"),
      range("zoom", "share enlarged or shrunk at most"), range("shear", "degrees slanted at most"),
      .labelled(
        "flip", .option(flips), "how half of the images are mirrored", default: .option(named: "none")),
      .labelled("crop", .int, "whole pixels moved at most", default: .int(0)),
      range("elastic", "pixels that parts are moved against each other at most"),
      range("brightness", "share of brightness changed at most"),
      range("contrast", "share of contrast changed at most"),
      range("saturation", "share of colourfulness changed at most"),
      range("hue", "turns of the colour circle at most, up to 0.5"),
      range("pcaColor", "strength of the colour shift of AlexNet (0.1)"),
      range("erase", "share of the area blotted out at most"), range("noise", "deviation of added noise"),
      .labelled(
        "mixup", .optional(.number),
        "blends two images and their labels; how evenly: 0.2 is usual (Zhang and others 2017)",
        default: .nothing),
      .labelled(
        "cutmix", .bool,
        "puts a rectangle of one image into another, and shares the labels (Yun and others 2019)",
        default: .bool(false)),
      .labelled(
        "fill", .option(fills), "what stands where an image moved away from",
        default: .option(named: "nearest")),
    ], returns: .host("Augment"), example: "Augment(rotate: 10, shift: 0.1)"
  ) { call in
    let number = { (name: String) in Float(try call.number(name)) }
    var ranges = Augment()
    (ranges.rotate, ranges.shift, ranges.zoom) = (
      try number("rotate"), try number("shift"), try number("zoom")
    )
    (ranges.shear, ranges.elastic) = (try number("shear"), try number("elastic"))
    (ranges.brightness, ranges.contrast) = (try number("brightness"), try number("contrast"))
    (ranges.saturation, ranges.hue) = (try number("saturation"), try number("hue"))
    (ranges.pcaColor, ranges.erase, ranges.noise) = (
      try number("pcaColor"), try number("erase"), try number("noise")
    )
    ranges.crop = try call.int("crop")
    let flip = try call.option("flip")?.name
    ranges.flipsHorizontally = flip == "horizontal" || flip == "both"
    ranges.flipsVertically = flip == "vertical" || flip == "both"
    ranges.fill = try call.option("fill").flatMap { Augment.Fill(rawValue: $0.name) } ?? .nearest
    let mixup = try call.optionalNumber("mixup")
    if try call.bool("cutmix") {
      guard mixup == nil else {
        throw EvaluationError("ValueError", "a batch is mixed in one way: mixup or cutmix").at(
          call.place(of: "cutmix"))
      }
      ranges.mix = .cutmix
    } else if let mixup {
      ranges.mix = .mixup(Float(mixup))
    }
    try ranges.validate()
    return .host(AugmentObject(ranges))
  }
}
