import TensorRuntime

/// Tensors as text, in NumPy's manner: brackets per axis, numbers aligned, long axes cut in the middle.
enum TensorText {
  /// How many elements are shown before axes are cut.
  static let elementLimit = 1000
  /// How many are shown at either end of an axis that is cut.
  static let edge = 3

  /// The text of a tensor; computes its numbers.
  static func text(of tensor: Tensor, _ runtime: Runtime) throws -> String {
    let shape = tensor.shape.dimensions
    if tensor.shape.elementCount == 0 { return "Tensor \(tensor.shape)" }
    let isCut = tensor.shape.elementCount > elementLimit
    var part = tensor
    if isCut { part = try corners(of: tensor) }
    let numbers = try words(part, runtime)
    let width = numbers.map(\.count).max() ?? 0
    var text = ""
    var next = 0
    write(shape[...], part.shape.dimensions[...], isCut, numbers, width, indent: 1, &next, &text)
    return text
  }

  /// The first and last few along each axis that is cut.
  private static func corners(of tensor: Tensor) throws -> Tensor {
    var part = tensor
    for axis in 0..<tensor.rank where tensor.shape[axis] > 2 * edge + 1 {
      let length = part.shape[axis]
      part = try Tensor.concat(
        [
          part.sliced(axis: axis, from: 0, to: edge),
          part.sliced(axis: axis, from: length - edge, to: length),
        ], axis: axis)
    }
    return part
  }

  private static func words(_ tensor: Tensor, _ runtime: Runtime) throws -> [String] {
    switch tensor.elementType {
    case .int32, .uint8: return try runtime.int32s(of: tensor).map { String($0) }
    case .bool: return try runtime.bools(of: tensor).map { $0 ? "true" : "false" }
    case .float32: return words(try runtime.floats(of: tensor))
    }
  }

  /// Numbers with as many digits behind the point as the one that needs most, at most four; large and small ones with
  /// exponents.
  static func words(_ numbers: [Float]) -> [String] {
    let finite = numbers.filter { $0.isFinite && $0 != 0 }.map { abs($0) }
    let largest = finite.max() ?? 0
    let smallest = finite.min() ?? 1
    if numbers.allSatisfy({ !$0.isFinite || ($0 == $0.rounded() && abs($0) < 1e8) }) {
      return numbers.map { $0.isFinite ? String(Int($0)) + "." : special($0) }
    }
    if largest >= 1e8 || (smallest < 1e-4 && largest / smallest > 1e3) || largest < 1e-3 {
      return numbers.map { $0.isFinite ? exponential($0) : special($0) }
    }
    var places = 1
    for number in numbers where number.isFinite {
      while places < 4, abs(rounded(number, places) - Double(number)) > Double(abs(number)) * 1e-6 {
        places += 1
      }
    }
    return numbers.map { $0.isFinite ? NumberText.fixed(Double($0), places: places) : special($0) }
  }

  private static func rounded(_ number: Float, _ places: Int) -> Double {
    let scale = [1, 10, 100, 1000, 10000][places]
    return (Double(number) * Double(scale)).rounded() / Double(scale)
  }

  private static func special(_ number: Float) -> String {
    number.isNaN ? "nan" : number < 0 ? "-inf" : "inf"
  }

  private static func exponential(_ number: Float) -> String {
    NumberText.exponential(Double(number), places: 4)
  }

  private static func write(
    _ shape: ArraySlice<Int>, _ shown: ArraySlice<Int>, _ isCut: Bool, _ numbers: [String], _ width: Int,
    indent: Int,
    _ next: inout Int, _ text: inout String
  ) {
    guard let length = shape.first, let count = shown.first else {
      let word = next < numbers.count ? numbers[next] : ""
      text += String(repeating: " ", count: max(0, width - word.count)) + word
      next += 1
      return
    }
    let isRow = shape.count == 1
    text += "["
    for index in 0..<count {
      if index > 0 {
        if isRow {
          text += " "
        } else {
          text += String(repeating: "\n", count: shape.count - 1) + String(repeating: " ", count: indent)
        }
      }
      if count < length, index == edge {
        text +=
          isRow
          ? "… "
          : "…" + String(repeating: "\n", count: shape.count - 1) + String(repeating: " ", count: indent)
      }
      write(shape.dropFirst(), shown.dropFirst(), isCut, numbers, width, indent: indent + 1, &next, &text)
    }
    text += "]"
  }
}
