import NeuralNetwork
import TensorRuntime

/// Ready-made networks for masks, and what one needs to write them out: matching sizes.
enum SegmentationModelBuiltins {
  static let all: [Builtin] = [unet, fcn, segnet, matched]

  private static let enlarging = OptionFamily(
    "Enlarging",
    [
      .init("transposed", "by transposed convolution"),
      .init("bilinear", "by interpolation and a 1×1 convolution"),
      .init("nearest", "by repetition and a 1×1 convolution"),
    ])
  private static let matching = OptionFamily(
    "Matching",
    [
      .init("pad", "zeros around the smaller"), .init("crop", "the middle of the larger"),
    ])
  private static let borders = OptionFamily(
    "Border",
    [
      .init("same", "convolutions keep the size"), .init("valid", "convolutions lose their border"),
    ])

  private static let input = Parameter.labelled(
    "input", .ints, "the shape of an image: [channels, height, width]")
  private static let classes = Parameter.labelled(
    "classes", .int, "how many classes a pixel may have, the background included")
  private static let width = Parameter.labelled(
    "width", .int, "feature maps of the first level, doubled at each further one", default: .int(16))
  private static let norm = Parameter.labelled(
    "norm", .bool, "batch norm after each convolution", default: .bool(true))
  private static let dropout = Parameter.labelled(
    "dropout", .number, "the share dropped at the lowest level while training", default: .double(0))
  private static let match = Parameter.labelled(
    "match", .option(matching), "how maps of odd sizes are made to fit", default: .option(named: "pad"))
  private static let name = Parameter.labelled(
    "name", .optional(.string), "what an outer network calls it", default: .nothing)
  private static func depth(_ value: Int) -> Parameter {
    .labelled("depth", .int, "how often images are halved", default: .int(value))
  }
  private static func up(_ value: String) -> Parameter {
    .labelled("up", .option(enlarging), "how maps get larger again", default: .option(named: value))
  }

  private static let unet = Builtin(
    "UNet",
    "U-Net (Ronneberger et al. 2015): down, up again, and at each level joined with what was there on the way down. "
      + "Gives logits; train it with target: .masks.",
    [
      input, classes, width, depth(3), norm, up("transposed"),
      .labelled(
        "padding", .option(borders), ".valid is the layout of the paper: the output is smaller",
        default: .option(named: "same")), match, dropout, name,
    ], returns: .host("Model"), shapes: "[c, h, w] -> [classes, h, w]",
    example: "UNet(input: [3, 32, 32], classes: 4, width: 4, depth: 2)(rand(3, 32, 32)).shape"
  ) { call in
    var description = try description(call)
    description.keepsSize = try call.option("padding")?.name != "valid"
    return .host(
      ModelObject(
        try .unet(description, name: try call.optionalString("name"), random: call.context.random)))
  }

  private static let fcn = Builtin(
    "FCN",
    "A fully convolutional network (Long et al. 2015): class scores of the smallest maps, enlarged and added to those "
      + "of finer levels. With depth 5, skips: 0, 1, 2 are FCN-32s, -16s and -8s. Gives logits.",
    [
      input, classes, width, depth(4),
      .labelled("skips", .int, "how many finer levels are added", default: .int(2)), norm,
      up("transposed"), match, dropout, name,
    ], returns: .host("Model"), shapes: "[c, h, w] -> [classes, h, w]",
    example: "FCN(input: [3, 32, 32], classes: 4, width: 4, depth: 3)(rand(3, 32, 32)).shape"
  ) { call in
    let skips = try call.int("skips")
    let description = try description(call)
    guard (0..<description.depth).contains(skips) else {
      throw EvaluationError(
        "ValueError",
        "FCN of depth \(description.depth) can have 0 to \(description.depth - 1) skips, got \(skips)"
      ).at(call.place(of: "skips"))
    }
    return .host(
      ModelObject(
        try .fcn(
          description, skips: skips, name: try call.optionalString("name"), random: call.context.random)))
  }

  private static let segnet = Builtin(
    "SegNet",
    "An encoder and a decoder that remembers only where each window's largest number stood (Badrinarayanan et al. "
      + "2017). Gives logits.",
    [input, classes, width, depth(3), norm, dropout, name], returns: .host("Model"),
    shapes: "[c, h, w] -> [classes, h, w]",
    example: "SegNet(input: [3, 32, 32], classes: 4, width: 4, depth: 2)(rand(3, 32, 32)).shape"
  ) { call in
    .host(
      ModelObject(
        try .segnet(
          try description(call), name: try call.optionalString("name"), random: call.context.random)))
  }

  private static func description(_ call: Arguments) throws -> SegmentationNetwork {
    func whole(_ name: String, _ range: ClosedRange<Int>) throws -> Int {
      let value = try call.int(name)
      guard range.contains(value) else {
        throw EvaluationError(
          "ValueError",
          "\(call.declaration.name) needs \(name) from \(range.lowerBound) to \(range.upperBound), got \(value)"
        ).at(call.place(of: name))
      }
      return value
    }
    var description = SegmentationNetwork(
      input: Shape(try call.ints("input")), classes: try whole("classes", 1...4096))
    description.width = try whole("width", 1...4096)
    description.depth = try whole("depth", 1...8)
    description.normalizes = try call.bool("norm")
    description.dropout = try call.number("dropout")
    guard (0..<1).contains(description.dropout) else {
      throw EvaluationError(
        "ValueError", "dropout is a share from 0 to below 1, got \(description.dropout)"
      ).at(call.place(of: "dropout"))
    }
    if let option = try call.option("up") {
      description.enlarging = SegmentationNetwork.Enlarging(rawValue: option.name) ?? .transposed
    }
    description.crops = try call.option("match")?.name == "crop"
    return description
  }

  private static let rules = OptionFamily(
    "Resizing",
    [
      .init("crop", "the middle"), .init("pad", "zeros around it"), .init("nearest", "the nearest position"),
      .init("bilinear", "interpolated between the centres of positions"),
    ])

  private static let matched = Builtin(
    "matched",
    "An image or batch with the height and width of another, so that the two can be added or joined.",
    [
      .positional("x", .tensorLike, "what is to fit"),
      .labelled("to", .either([.tensor, .ints]), "what it is to fit, or [height, width]"),
      .labelled("by", .option(rules), "how", default: .option(named: "crop")),
    ], returns: .tensor, shapes: "[…, h, w], […, H, W] -> […, H, W]",
    example: "matched(ones(1, 1, 5, 5), to: ones(1, 8, 4, 4)).shape"
  ) { call in
    let rule = try call.option("by").flatMap { Resizing(rawValue: $0.name) } ?? .crop
    let size: [Int]
    switch call.value("to") {
    case .array, .int: size = try call.ints("to")
    default: size = Array(try call.tensor("to").shape.dimensions.suffix(2))
    }
    guard size.count == 2, size.allSatisfy((1...65_536).contains) else {
      throw EvaluationError("ShapeError", "matched wants [height, width] in 'to', got \(size)").at(
        call.place(of: "to"))
    }
    return .tensor(try call.tensor("x").resized(toHeight: size[0], width: size[1], by: rule))
  }
}
