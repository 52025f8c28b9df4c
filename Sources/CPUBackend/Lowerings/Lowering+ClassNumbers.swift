import TensorRuntime
import VectorKernels

extension Compiler {
  func lower(_ operation: OneHot, _ instruction: Program.Instruction) throws {
    let source = try plain(instruction.inputs[0])
    let target = try definePlain(instruction.outputs[0])
    let shape = program.types[instruction.inputs[0]].shape
    let outer = shape.dimensions.prefix(operation.axis).reduce(1, *)
    let inner = shape.dimensions.dropFirst(operation.axis).reduce(1, *)
    let depth = Int64(operation.depth)
    step(operation.name, reads: [source], writes: [target]) { context in
      let numbers = try source.address(Int32.self)
      if let checking = operation.checking {
        let bad = vk_class_outside(
          numbers, Int64(shape.elementCount), depth, checking.ignored == nil ? 0 : 1, checking.ignored ?? 0)
        try checkClass(bad, of: depth, in: operation.name)
      }
      try context.fill(target, 0)
      vk_one_hot(
        numbers, try target.address(Float.self), Int64(outer), depth, Int64(inner), Int32(context.threads))
    }
  }

  func lower(_ operation: ConfusionCounts, _ instruction: Program.Instruction) throws {
    let (truth, predicted) = (try plain(instruction.inputs[0]), try plain(instruction.inputs[1]))
    let target = try definePlain(instruction.outputs[0])
    let count = Int64(program.types[instruction.inputs[0]].shape.elementCount)
    let ignored = operation.numbers.ignored
    step(operation.name, reads: [truth, predicted], writes: [target]) { _ in
      let bad = vk_confusion(
        try truth.address(Int32.self), try predicted.address(Int32.self), try target.address(Int32.self),
        count, Int64(operation.classes), ignored == nil ? 0 : 1, ignored ?? 0)
      try checkClass(bad, of: Int64(operation.classes), in: operation.name)
    }
  }
}

/// Throws for a class number that a kernel found out of range: it reports numbers plus 1, negative ones as they are.
func checkClass(_ bad: Int64, of classes: Int64, in operation: String) throws {
  guard bad != 0 else { return }
  throw TensorError(
    operation, "got the class number \(bad < 0 ? bad : bad - 1), wanted 0 ..< \(classes)",
    fix: "the last layer needs as many outputs as there are classes")
}
