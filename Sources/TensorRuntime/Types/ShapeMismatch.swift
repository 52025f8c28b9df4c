/// Words for two shapes that don't fit together: the axes that differ, by the names they have in batches of images, and
/// what usually mends it.
enum ShapeMismatch {
  /// The error of an operation that goes element by element.
  static func error(_ operation: String, _ left: Shape, _ right: Shape) -> TensorError {
    let problem = "the shapes \(left) and \(right) don't fit together"
    guard left.rank == right.rank else {
      return TensorError(
        operation, problem, fix: perChannel(left, right) ?? leadingAxes(left, right) ?? rule)
    }
    let axes = left.dimensions.indices.filter {
      left[$0] != right[$0] && left[$0] != 1 && right[$0] != 1
    }
    return TensorError(
      operation, "\(problem): \(differences(axes, left, right))", fix: projection(axes, left, right) ?? rule)
  }

  /// The error of putting two tensors together along an axis.
  static func error(joining left: Shape, _ right: Shape, along axis: Int) -> TensorError {
    guard left.rank == right.rank else {
      return TensorError(
        "concat", "got \(left) and \(right), wanted the same number of axes",
        fix: "reshape one of them: x.reshaped(…), or Flatten() both")
    }
    let axes = left.dimensions.indices.filter { $0 != axis && left[$0] != right[$0] }
    let isSpatial = left.rank == 4 && axis == 1 && axes.allSatisfy { $0 >= 2 }
    return TensorError(
      "concat",
      "the shapes \(left) and \(right) differ in more than axis \(axis): \(differences(axes, left, right))",
      fix: isSpatial ? resizing(left, right) : "all other axes must be equal")
  }

  private static let rule = "axes are matched from the last one; each pair must be equal or one of them 1"

  private static func differences(_ axes: [Int], _ left: Shape, _ right: Shape) -> String {
    axes.map { axis in
      let name = left.rank == 4 ? ["samples", "channels", "height", "width"][axis] : "axis \(axis)"
      return "\(name) \(Shape.text(of: left[axis])) != \(Shape.text(of: right[axis]))"
    }.joined(separator: ", ")
  }

  /// A skip around layers that change channels or size goes through a convolution of its own.
  private static func projection(_ axes: [Int], _ left: Shape, _ right: Shape) -> String? {
    guard left.rank == 4, left.isSymbolic, let first = axes.first, first >= 1 else { return nil }
    let target = left[1] >= right[1] ? left : right
    let source = left[1] >= right[1] ? right : left
    guard target[2] > 0, target[2] < source[2], source[2] % target[2] == 0 else {
      return axes == [1]
        ? "project the skip: x |> Conv(\(target[1]), 1)"
        : "give both the same height and width: padding: .same"
    }
    return "project the skip: x |> Conv(\(target[1]), 1, stride: \(source[2] / target[2]))"
  }

  private static func perChannel(_ left: Shape, _ right: Shape) -> String? {
    let (large, small) = left.rank > right.rank ? (left, right) : (right, left)
    guard large.rank == 4, small.rank == 2, large[0] == small[0] else { return nil }
    guard large[1] == small[1] else {
      return "\(small) needs \(large[1]) numbers per sample, one per channel: then x * w.perChannel"
    }
    return "one number per channel: write w.perChannel, which makes [n, \(small[1]), 1, 1] of it"
  }

  /// A vector with a number for each row is matched with the columns: it needs an axis behind its own.
  private static func leadingAxes(_ left: Shape, _ right: Shape) -> String? {
    let (large, small) = left.rank > right.rank ? (left, right) : (right, left)
    guard large.rank == small.rank + 1, Array(large.dimensions.dropLast()) == small.dimensions else {
      return nil
    }
    return "axes are matched from the last one: write x.expanded(axis: \(small.rank)) for the \(small)"
  }

  private static func resizing(_ left: Shape, _ right: Shape) -> String {
    let (large, small) = left[2] > right[2] ? (left, right) : (right, left)
    if small[2] > 0, large[2] % small[2] == 0, large[2] > small[2] {
      let factor = large[2] / small[2]
      return
        "bring them to one size: Upsample(\(factor)) on the small one, or MaxPool(\(factor)) on the large one"
    }
    return "give both the same height and width: padding: .same in the convolutions before"
  }
}
