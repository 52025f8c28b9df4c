import TensorRuntime
import Visualization

/// Masks as tiles of a figure: laid over images, or as label maps of their own.
enum MaskTiles {
  static let style = OptionFamily(
    "MaskStyle",
    [
      .init("fill", "areas are tinted"), .init("contours", "areas are outlined"),
      .init("both", "areas are tinted and outlined"),
    ])

  /// What `show` takes about masks.
  static let parameters: [Parameter] = [
    .labelled(
      "mask", .optional(.tensorLike), "class numbers to lay over the images, [h, w] or [n, h, w]",
      default: .nothing),
    .labelled(
      "instances", .optional(.tensorLike), "the number of each thing in the mask: outlined apart",
      default: .nothing),
    .labelled(
      "classes", .optional(.array(.string)), "the names of the numbers of masks and boxes, from 0 on",
      default: .nothing),
    .labelled("opacity", .number, "how much a mask hides", default: .double(0.5)),
    .labelled("style", .option(style), "how a mask is drawn", default: .option(named: "fill")),
  ]

  /// Class numbers as label maps: int32 `[h, w]`, `[1, h, w]` or `[n, h, w]`; `nil` for what is no mask.
  static func labelMaps(_ tensor: Tensor, _ context: EvaluationContext) throws -> [Tile]? {
    let shape = tensor.shape.dimensions
    guard tensor.elementType == .int32, shape.count == 2 || shape.count == 3, tensor.shape.elementCount > 0
    else { return nil }
    let numbers = try context.runtime().int32s(of: tensor)
    guard numbers.allSatisfy((0...255).contains) else { return nil }
    let (height, width) = (shape[shape.count - 2], shape[shape.count - 1])
    let count = min(Tiles.limit, shape.count == 3 ? shape[0] : 1)
    return try (0..<count).map {
      try Tile(
        labels: Array(numbers[$0 * height * width..<($0 + 1) * height * width]), height: height, width: width)
    }
  }

  /// The tiles with the masks of a call of `show` laid over them.
  static func overlaid(_ tiles: [Tile], _ call: Arguments) throws -> [Tile] {
    guard call.isGiven("mask") || call.isGiven("instances") else { return tiles }
    let instances = try masks("instances", tiles, call)
    // Instances alone are classes of their own.
    guard let numbers = try masks("mask", tiles, call) ?? instances else { return tiles }
    let opacity = try call.number("opacity")
    guard (0...1).contains(opacity) else {
      throw EvaluationError("ValueError", "opacity is a number from 0 to 1, got \(opacity)").at(
        call.place(of: "opacity"))
    }
    let style = try call.option("style").flatMap { Tile.MaskStyle(rawValue: $0.name) } ?? .fill
    return try tiles.enumerated().map { index, tile in
      try tile.masked(
        numbers[index], instances: instances?[index] ?? [], opacity: Float(opacity), style: style)
    }
  }

  /// The masks of an argument, one for each tile.
  private static func masks(_ name: String, _ tiles: [Tile], _ call: Arguments) throws -> [[Int32]]? {
    guard let mask = try call.optionalTensor(name) else { return nil }
    let sizes = Set(tiles.map { [$0.height, $0.width] })
    let shape = mask.shape.dimensions
    guard shape.count >= 2, sizes == [Array(shape.suffix(2))] else {
      let wanted = sizes.first.map { Shape($0).description } ?? "[h, w]"
      throw EvaluationError(
        "ShapeError", "a mask of \(mask.shape) over images of \(wanted)",
        fix: shape.count == 3 ? "argmax(logits, axis: 0) makes a mask of [classes, h, w]" : nil
      ).at(call.place(of: name))
    }
    let pixels = shape.suffix(2).reduce(1, *)
    let count = shape.dropLast(2).reduce(1, *)
    guard count == 1 || count == tiles.count else {
      throw EvaluationError(
        "ShapeError", "\(count) masks over \(tiles.count) images",
        fix: "argmax(logits, axis: 1) makes masks of a batch [n, classes, h, w]"
      ).at(call.place(of: name))
    }
    let numbers = try call.context.runtime().int32s(of: mask)
    return tiles.indices.map { index in
      let start = count == 1 ? 0 : index * pixels
      return Array(numbers[start..<start + pixels])
    }
  }

  /// The legend of a call of `show` that names its classes.
  static func legend(_ call: Arguments) throws -> [LegendEntry] {
    guard call.isGiven("classes") else { return [] }
    return try call.array("classes").enumerated().map { index, name in
      LegendEntry(index, try call.context.text(of: name))
    }
  }
}
