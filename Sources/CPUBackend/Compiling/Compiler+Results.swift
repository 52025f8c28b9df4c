import OneDNN
import TensorRuntime
import VectorKernels

/// What leaves the plan.
extension Compiler {
  /// Where each gradient stands after a run, in its parameter's layout.
  func placeGradients() throws -> [Buffer] {
    var taken = Set<ObjectIdentifier>()
    return try program.gradients.map { gradient in
      let parameter = program.arguments[gradient.argument].value
      let descriptor = try primary(parameter).descriptor
      let found = try place(gradient.value, like: descriptor)
      let buffer = try Buffer(
        byteCount: found.byteCount, layout: argumentLayouts[gradient.argument], purpose: "a gradient")
      try deliver(found, to: .owned(buffer), taken: &taken)
      return buffer
    }
  }

  /// Has results stand in row-major order where they are wanted.
  func placeResults() throws {
    var taken = Set<ObjectIdentifier>()
    for (index, value) in program.results.enumerated() where !program.types[value].shape.isEmpty {
      try deliver(try plain(value), to: .result(index), taken: &taken)
    }
  }

  /// Has a value computed right where it is wanted; copies it where that can't be.
  private func deliver(_ slot: Slot, to home: Slot.Home, taken: inout Set<ObjectIdentifier>) throws {
    let root = slot.root
    if case .arena = root.home, root.byteCount == slot.byteCount,
      taken.insert(ObjectIdentifier(root)).inserted
    {
      root.home = home
      return
    }
    copy(slot, to: add(Slot(slot.descriptor, slot.elementType, home: home)))
  }

  /// Adds a step that copies a place's bytes to another of the same layout.
  func copy(_ slot: Slot, to target: Slot) {
    let count = Int64(slot.byteCount)
    step("copy", reads: [slot], writes: [target]) { context in
      var one: Int64 = 1
      var length = count
      vk_copy(
        try slot.address(UInt8.self), &one, try target.address(UInt8.self), &one, &length, 1, 1,
        Int32(context.threads))
    }
  }
}
