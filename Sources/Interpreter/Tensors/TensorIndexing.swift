import TensorRuntime

/// `t[0]`, `t[..., 0]`, `t[..<16, 2..., -1]`: an index drops its axis, a range keeps it.
enum TensorIndexing {
  /// One axis of an index.
  private struct Axis {
    var start: Int
    var count: Int
    var isDropped: Bool
  }

  static func get(_ indices: [Value], of tensor: Tensor) throws -> Tensor {
    if indices.count == 1, let positions = try gathered(indices[0]) { return try tensor.gathered(positions) }
    let (slice, kept) = try slice(indices, of: tensor)
    let part = try Tensor.one(slice, [tensor])
    return kept.count == tensor.rank ? part : try part.reshaped(kept)
  }

  /// The tensor with a part replaced.
  static func set(_ indices: [Value], of tensor: Tensor, to value: Value) throws -> Tensor {
    guard let part = try TensorConversion.tensor(from: value) else {
      throw EvaluationError(
        "TypeError", "an element of a Tensor must be a number or a Tensor, got \(value.article)")
    }
    let (slice, kept) = try slice(indices, of: tensor)
    guard part.rank <= kept.count else {
      throw EvaluationError(
        "ShapeError", "can't put a Tensor \(part.shape) where there is room for \(Shape(kept))")
    }
    // The part broadcasts to what is kept, and then gets the dropped axes back.
    return try tensor.replacing(slice, with: part.broadcast(to: Shape(kept)).reshaped(slice.counts))
  }

  private static func gathered(_ index: Value) throws -> Tensor? {
    switch index {
    case .tensor(let positions) where positions.elementType == .int32: return positions
    case .array(let array) where array.elements.allSatisfy({ if case .int = $0 { true } else { false } }):
      let numbers = array.elements.compactMap { value -> Int32? in
        if case .int(let number) = value { return Int32(exactly: number) }
        return nil
      }
      return try Tensor(numbers, [numbers.count])
    default: return nil
    }
  }

  private static func slice(_ indices: [Value], of tensor: Tensor) throws -> (slice: Slice, kept: [Int]) {
    let shape = tensor.shape
    let rests = indices.indices.filter { isRest(indices[$0]) && indices.count > 1 }
    guard rests.count <= 1 else {
      throw EvaluationError(
        "IndexError", "'...' may stand once among the indices", fix: "write 0... for a whole axis")
    }
    var axes = shape.dimensions.map { Axis(start: 0, count: $0, isDropped: false) }
    let given = indices.count - rests.count
    guard given <= shape.rank else {
      throw EvaluationError(
        "IndexError", "\(given) indices for a Tensor \(shape) of \(shape.rank) axes",
        fix: "take \(given - shape.rank) away")
    }
    var axis = 0
    for (position, index) in indices.enumerated() {
      if rests.contains(position) {
        axis = shape.rank - (indices.count - position - 1)
        continue
      }
      let length = shape[axis]
      switch index {
      case .int(let number):
        let start = number < 0 ? number &+ length : number
        guard start >= 0, start < length else {
          let fix = length == 0 ? "it is empty" : "it goes from 0 to \(length - 1), or -1 from the end"
          throw EvaluationError(
            "IndexError", "index \(number) is outside of axis \(axis) of \(shape), which has \(length)",
            fix: fix)
        }
        axes[axis] = Axis(start: start, count: 1, isDropped: true)
      case .range(let range):
        let bounds: Range<Int>
        do { bounds = try Elements.bounds(range, length, "Tensor") } catch let error as EvaluationError {
          guard error.kind == "IndexError" else { throw error }
          throw EvaluationError(
            "IndexError",
            "\(Value.range(range).text) is outside of axis \(axis) of \(shape), which has \(length)",
            fix: "ranges are not cut off here: end it at \(length), or leave the end open")
        }
        axes[axis] = Axis(start: bounds.lowerBound, count: bounds.count, isDropped: false)
      default: throw Elements.badIndex(index, "a Tensor")
      }
      axis += 1
    }
    let slice = Slice(starts: axes.map(\.start), counts: axes.map(\.count), steps: axes.map { _ in 1 })
    return (slice, axes.filter { !$0.isDropped }.map(\.count))
  }

  private static func isRest(_ value: Value) -> Bool {
    if case .range(let range) = value { return range.lower == nil && range.upper == nil }
    return false
  }
}
