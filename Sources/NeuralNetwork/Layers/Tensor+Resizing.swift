import TensorRuntime

/// How an image gets another height and width.
package enum Resizing: String, CaseIterable, Hashable, Sendable {
  /// Cut in the middle.
  case crop
  /// Zeros all around, one more behind where the difference is odd.
  case pad
  /// Each new position takes the nearest old one.
  case nearest
  /// Interpolates between the centres of positions (PyTorch's `align_corners = false`).
  case bilinear
}

extension Tensor {
  /// This with another height and width: `[…, h, w] → […, H, W]`. Throws `LayerError` where cropping would have to
  /// enlarge, or padding to cut.
  package func resized(toHeight height: Int, width: Int, by rule: Resizing) throws -> Tensor {
    guard rank >= 2, height >= 1, width >= 1 else {
      throw LayerError("images […, height, width] can be resized, got \(shape) to [\(height), \(width)]")
    }
    let old = (height: shape[rank - 2], width: shape[rank - 1])
    guard old != (height, width) else { return self }
    switch rule {
    case .crop:
      guard old.height >= height, old.width >= width else {
        throw LayerError(
          "[\(old.height), \(old.width)] can't be cropped to the larger [\(height), \(width)]",
          fix: "crop the larger of the two, or pad the smaller")
      }
      let (top, left) = ((old.height - height) / 2, (old.width - width) / 2)
      return try sliced(axis: rank - 2, from: top, to: top + height)
        .sliced(axis: rank - 1, from: left, to: left + width)
    case .pad:
      guard old.height <= height, old.width <= width else {
        throw LayerError(
          "[\(old.height), \(old.width)] can't be padded to the smaller [\(height), \(width)]",
          fix: "pad the smaller of the two, or crop the larger")
      }
      let front = [Int](repeating: 0, count: rank - 2)
      let (rows, columns) = (height - old.height, width - old.width)
      return try padded(
        before: front + [rows / 2, columns / 2], after: front + [rows - rows / 2, columns - columns / 2])
    case .nearest:
      let rows = (0..<height).map { Int32($0 * old.height / height) }
      let columns = (0..<width).map { Int32($0 * old.width / width) }
      return try gathered(Tensor(rows, [height]), axis: rank - 2)
        .gathered(Tensor(columns, [width]), axis: rank - 1)
    case .bilinear:
      return try mapped(
        rows: Self.interpolation(from: old.height, to: height),
        columns: Self.interpolation(from: old.width, to: width))
    }
  }

  /// Applies a linear map along each of the last two axes: `rows [H, h]`, `columns [W, w]`, `[…, h, w] → […, H, W]`.
  func mapped(rows: Tensor, columns: Tensor) throws -> Tensor {
    let outer = Array(shape.dimensions.dropLast(2))
    let (height, width) = (shape[rank - 2], shape[rank - 1])
    let wide = try reshaped([-1, width]).matmul(columns, transposeRight: true)
    let turned = try wide.reshaped([-1, height, columns.shape[0]]).transposed([0, 2, 1]).reshaped([
      -1, height,
    ])
    return try turned.matmul(rows, transposeRight: true).reshaped([-1, columns.shape[0], rows.shape[0]])
      .transposed([0, 2, 1]).reshaped(outer + [rows.shape[0], columns.shape[0]])
  }

  /// The share of each old position in each new one, `[new, old]`.
  static func interpolation(from old: Int, to new: Int) throws -> Tensor {
    var values = [Float](repeating: 0, count: new * old)
    for target in 0..<new {
      let place = Swift.max(0, (Double(target) + 0.5) * Double(old) / Double(new) - 0.5)
      let first = Swift.min(old - 1, Int(place))
      let share = Float(place - Double(first))
      values[target * old + first] += 1 - share
      values[target * old + Swift.min(old - 1, first + 1)] += share
    }
    return try Tensor(values, [new, old])
  }
}
