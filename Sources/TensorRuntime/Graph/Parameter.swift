/// A named tensor that steps of an optimizer change: a weight, a bias, a running mean, an image being optimized.
///
/// What was written before a step keeps seeing the value the parameter had then: a step gives it a new tensor, and
/// reuses the memory only where nobody else still holds the old one.
package final class Parameter {
  /// What it is called in summaries, errors and files.
  package var name: String
  /// Whether optimizers may change it.
  @exclusivity(unchecked) package var isTrainable: Bool
  /// Its current value.
  package var tensor: Tensor { current }
  @exclusivity(unchecked) private var current: Tensor

  /// Makes a parameter; the value may be a computation that has not run yet.
  package init(_ name: String, _ value: Tensor, isTrainable: Bool = true) {
    self.name = name
    self.isTrainable = isTrainable
    current = Parameter.owned(value)
    current.node.parameter = self
  }

  deinit { current.node.parameter = nil }

  /// Gives it another value, of the same type; a computation that has not run yet will do.
  package func set(_ value: Tensor) throws {
    guard value.type == tensor.type else {
      throw TensorError("parameter \(name)", "got a value \(value.type), wanted \(tensor.type)")
    }
    take(Parameter.owned(value))
  }

  private func take(_ value: Tensor) {
    current.node.parameter = nil
    current = value
    value.node.parameter = self
  }

  /// The value under a node of its own, so that marking it as a parameter's concerns nobody else.
  private static func owned(_ value: Tensor) -> Tensor {
    if let buffer = value.node.values[value.output] { return Tensor(buffer, value.type, isParameter: true) }
    return Tensor(Node(Identity(), [value], types: [value.type], isParameter: true))
  }

  /// Takes numbers as the new value.
  func replace(_ buffer: Buffer) { take(Tensor(buffer, tensor.type, isParameter: true)) }

  /// Puts the same numbers into another layout.
  func relayout(_ buffer: Buffer) { tensor.node.values[0] = buffer }

  /// The numbers, to be changed in place: a copy where somebody else still holds the value.
  func numbersForUpdate() throws -> Buffer {
    let isShared =
      !isKnownUniquelyReferenced(&current.node) || !isKnownUniquelyReferenced(&current.node.values[0])
    guard let old = current.node.values[0] else {
      throw TensorError("parameter \(name)", "its value was never computed")
    }
    guard isShared else { return old }
    let copy = try Buffer(byteCount: old.byteCount, layout: old.layout, purpose: "a copy of \(name)")
    copy.pointer.copyMemory(from: old.pointer, byteCount: old.byteCount)
    replace(copy)
    return copy
  }

  /// The lengths of its axes.
  package var shape: Shape { tensor.shape }
}
