import TensorRuntime
import VectorKernels

extension RegionBuilder {
  /// The mean cross-entropy, and its gradient in the same operation where one is wanted and not there yet.
  func lower(_ operation: CrossEntropy, _ instruction: Program.Instruction) throws {
    let gradient = members.first { member in
      let other = program.instructions[member]
      guard let rule = other.operation as? CrossEntropyGradient else { return false }
      return values[other.outputs[0]] == nil && rule.loss.smoothing == operation.smoothing
        && other.inputs.starts(with: instruction.inputs)
    }
    if let gradient { absorbed.insert(gradient) }
    try addCrossEntropy(
      operation, instruction.inputs, loss: instruction.outputs[0],
      gradient: gradient.map { program.instructions[$0] })
  }

  /// The gradient, where nobody asks for the loss.
  func lower(_ operation: CrossEntropyGradient, _ instruction: Program.Instruction) throws {
    try addCrossEntropy(operation.loss, instruction.inputs, loss: nil, gradient: instruction)
  }

  private func addCrossEntropy(
    _ operation: CrossEntropy, _ inputs: [Int], loss: Int?, gradient: Program.Instruction?
  ) throws {
    let x = try lanes(inputs[0])
    let classes = try compiler.plain(inputs[1])
    checks.append(
      ClassCheck(operation: operation.name, numbers: classes, count: images, classes: x.shape.channels))
    var op = vk_lane_op(VK_LANE_CROSS_ENTROPY)
    op.alpha = operation.smoothing
    op.loss_factor = 1 / Float(images)
    op.x = x.place()
    op.x_steps = x.shape.steps
    op.setExtent(x.shape)
    op.w = start(memory(of: classes, blockStep: blockImages, isWritten: false))
    if let loss { op.scratch = try sum(loss, rows: 1, columns: 1, rowLength: 1) }
    guard let gradient else { return append(op) }
    if loss != nil { memberName += "+gradient" }
    let y = try target(gradient.outputs[0])
    op.gradient_factor = Float(constant(gradient.inputs[2])) / Float(images)
    op.y = y.place()
    op.y_steps = y.shape.steps
    append(op)
    try deliver(gradient.outputs[0])
  }

  /// A single number that is known.
  private func constant(_ value: Int) -> Double {
    let fill = program.instructions.first { $0.outputs == [value] }?.operation as? Fill
    return fill?.value ?? 0
  }
}

/// Class numbers that must be in range before a region runs.
struct ClassCheck {
  let operation: String
  let numbers: Slot
  let count: Int
  let classes: Int

  /// Throws a `TensorError` for a number that is not.
  func run() throws {
    let bad = vk_class_outside(try numbers.address(Int32.self), Int64(count), Int64(classes), 0, 0)
    try checkClass(bad, of: Int64(classes), in: operation)
  }
}
