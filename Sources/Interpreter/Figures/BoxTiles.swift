import Foundation
import TensorRuntime
import Visualization

/// Boxes over the images of a figure, as `show` takes them.
enum BoxTiles {
  static let parameter = Parameter.labelled(
    "boxes", .optional(.any),
    "[left, top, width, height] of each thing in pixels, or (box, label) or (box, label, score); for several images an "
      + "array of such arrays", default: .nothing)

  /// The tiles with the boxes of a call of `show` over them.
  static func boxed(_ tiles: [Tile], _ call: Arguments) throws -> [Tile] {
    guard call.isGiven("boxes"), let given = try elements(of: call.value("boxes"), call.context) else {
      return tiles
    }
    let names = call.isGiven("classes") ? try call.array("classes").map { try call.context.text(of: $0) } : []
    if tiles.count == 1 { return [tiles[0].boxed(try boxes(given, names, call))] }
    guard given.count == tiles.count else {
      throw EvaluationError("ValueError", "\(given.count) lists of boxes over \(tiles.count) images").at(
        call.place(of: "boxes"))
    }
    return try zip(tiles, given).map { tile, list in
      guard let list = try elements(of: list, call.context) else { throw unreadable(list, call) }
      return tile.boxed(try boxes(list, names, call))
    }
  }

  private static func boxes(_ list: [Value], _ names: [String], _ call: Arguments) throws -> [Tile.Box] {
    try list.map { value in
      var (place, label, score) = (value, Int?.none, Double?.none)
      if case .tuple(let tuple) = value, (1...3).contains(tuple.elements.count) {
        place = tuple.elements[0]
        if tuple.elements.count > 1 {
          guard case .int(let number) = tuple.elements[1] else { throw unreadable(value, call) }
          label = number
        }
        if tuple.elements.count > 2 {
          guard let number = tuple.elements[2].number else { throw unreadable(value, call) }
          score = number
        }
      }
      let numbers = try (elements(of: place, call.context) ?? []).compactMap(\.number).map { Float($0) }
      guard numbers.count == 4 else { throw unreadable(value, call) }
      let name = label.map { names.indices.contains($0) ? names[$0] : "\($0)" }
      let sureness = score.map { String(format: "%.2f", $0) }
      return Tile.Box(
        x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3],
        text: [name, sureness].compactMap { $0 }.joined(separator: " "), color: label ?? 0)
    }
  }

  /// The elements of an array, or of a tensor along its first axis; nil for what has none.
  private static func elements(of value: Value, _ context: EvaluationContext) throws -> [Value]? {
    switch value {
    case .array(let array): return Array(array.elements)
    case .tensor(let tensor) where tensor.rank > 0 && tensor.rank <= 3:
      let inner = tensor.shape.dimensions.dropFirst().reduce(1, *)
      let numbers = try context.runtime().floats(of: tensor.cast(.float32)).map { Value.double(Double($0)) }
      if tensor.rank == 1 { return numbers }
      return try (0..<tensor.shape[0]).map { index in
        let part = numbers[index * inner..<(index + 1) * inner].compactMap(\.number).map { Float($0) }
        return .tensor(try Tensor(part, Shape(Array(tensor.shape.dimensions.dropFirst()))))
      }
    default: return nil
    }
  }

  private static func unreadable(_ value: Value, _ call: Arguments) -> EvaluationError {
    EvaluationError(
      "TypeError",
      "a box is [left, top, width, height], (box, label) or (box, label, score), got \(value.text)",
      fix: "boxes: [[4, 2, 10, 8]]"
    ).at(call.place(of: "boxes"))
  }
}
