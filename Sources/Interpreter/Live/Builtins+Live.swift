import TensorRuntime
import Visualization

/// What shows a loop while it runs: `live` for numbers, `strip` for images.
enum LiveBuiltins {
  static let all: [Builtin] = [
    Builtin(
      "live",
      "Shows numbers of a loop while it runs: one display updated in place with their last values and curves in a "
        + "notebook, one line in the shell, a few lines in a log. A name stands before each number.",
      [.variadic("values", .any, "names and numbers in turn")], returns: .void,
      example: "for step in 1...3 { live(\"loss\", 1.0 / Double(step)) }"
    ) { call in
      let context = call.context
      context.liveDisplays.numbers(at: call.site).add(try named(call), to: context.sink)
      return .void
    },
    Builtin(
      "strip",
      "Shows how images change over a loop: each call adds a row to one figure, updated in place in a notebook. With "
        + "more than a dozen rows every second one goes.",
      [
        .positional(
          "images", .tensorLike, "the images of the row, [n, c, h, w]; the first sixteen are shown"),
        .labelled("caption", .any, "what stands under the row; the number of the call", default: .nothing),
        .labelled("scale", .optional(.int), "screen pixels for each pixel", default: .nothing),
      ], returns: .void, example: "for step in 0..<3 { strip(rand(4, 1, 3, 3), caption: step) }"
    ) { call in
      let context = call.context
      guard let tiles = try Tiles.images(of: .tensor(try call.tensor("images")), context: context),
        !tiles.isEmpty
      else {
        throw EvaluationError(
          "ShapeError",
          "strip wants images [n, channels, height, width], got \(try call.tensor("images").shape)"
        ).at(call.place(of: "images"))
      }
      let scale = try call.optionalInt("scale")
      if let scale, !(1...64).contains(scale) {
        throw EvaluationError("ValueError", "scale is a number from 1 to 64, got \(scale)")
      }
      let caption = call.value("caption").isNothing ? "" : try context.text(of: call.value("caption"))
      try context.liveDisplays.strip(at: call.site).add(
        Array(tiles.prefix(ImageStrip.rowLength)), caption: caption, scale: scale, context: context)
      return .void
    },
  ]

  /// The numbers with their names. Throws a `TypeError` for what is neither.
  private static func named(_ call: Arguments) throws -> [(name: String, value: Double)] {
    var result: [(name: String, value: Double)] = []
    var name: String?
    for value in try call.array("values") {
      if case .string(let text) = value, name == nil {
        name = text
        continue
      }
      guard let number = try number(value, call.context) else {
        throw EvaluationError(
          "TypeError",
          "live wants a number after \(name.map { "\"\($0)\"" } ?? "each name"), got \(value.article)",
          fix: "live(\"loss\", loss)")
      }
      result.append((name ?? (result.isEmpty ? "value" : "value \(result.count + 1)"), number))
      name = nil
    }
    if let name {
      throw EvaluationError(
        "TypeError", "live has no number for \"\(name)\"", fix: "live(\"\(name)\", value)")
    }
    return result
  }

  private static func number(_ value: Value, _ context: EvaluationContext) throws -> Double? {
    if let number = value.number { return number }
    guard case .tensor(let tensor) = value else { return nil }
    return try TensorConversion.number(of: tensor, context.runtime()).number
  }
}
