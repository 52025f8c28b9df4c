import OneDNN
import TensorRuntime
import VectorKernels

/// Which elements go where: along each axis `counts[i]` of them, from `starts[i]` in steps on either side.
private struct Selection {
  var sourceStarts: [Int]
  var sourceSteps: [Int]
  var targetStarts: [Int]
  var targetSteps: [Int]
  var counts: [Int]

  init(_ counts: [Int]) {
    self.counts = counts
    sourceStarts = counts.map { _ in 0 }
    targetStarts = sourceStarts
    sourceSteps = counts.map { _ in 1 }
    targetSteps = sourceSteps
  }
}

extension Compiler {
  func lower(_ operation: Slice, _ instruction: Program.Instruction) throws {
    var selection = Selection(operation.counts)
    selection.sourceStarts = operation.starts
    selection.sourceSteps = operation.steps
    try move(operation.name, instruction, selection, filler: nil)
  }

  func lower(_ operation: SliceGradient, _ instruction: Program.Instruction) throws {
    var selection = Selection(operation.slice.counts)
    selection.targetStarts = operation.slice.starts
    selection.targetSteps = operation.slice.steps
    try move(operation.name, instruction, selection, filler: 0)
  }

  func lower(_ operation: Padding, _ instruction: Program.Instruction) throws {
    var selection = Selection(program.types[instruction.inputs[0]].shape.dimensions)
    selection.targetStarts = operation.before
    try move(
      operation.name, instruction, selection,
      filler: Compiler.bits(Double(operation.value), program.types[instruction.outputs[0]].elementType))
  }

  /// Copies a selection of elements; the rest of the target is `filler`.
  private func move(
    _ name: String, _ instruction: Program.Instruction, _ selection: Selection, filler: UInt32?
  ) throws {
    let (input, output) = (instruction.inputs[0], instruction.outputs[0])
    let (from, to) = (program.types[input].shape, program.types[output].shape)
    if !from.isEmpty, uniform(input) == nil,
      let blocked = try moveBlocked(from, to, try primary(input), selection, output)
    {
      if let filler { try fill(blocked.target, filler) }
      return step(name, reads: [try primary(input)], writes: [blocked.target], blocked.run)
    }
    let target = try definePlain(output)
    if let filler { try fill(target, filler) }
    let (xs, ys) = (from.strides, to.strides)
    let source = try plain(input)
    try copy(
      name, from: source, offset: zip(selection.sourceStarts, xs).reduce(0) { $0 + $1.0 * $1.1 },
      strides: zip(xs, selection.sourceSteps).map { $0 * $1 }, to: target,
      targetOffset: zip(selection.targetStarts, ys).reduce(0) { $0 + $1.0 * $1.1 },
      targetStrides: zip(ys, selection.targetSteps).map { $0 * $1 }, dims: selection.counts)
  }

  /// The same on images in blocks of channels, as they stand: runs of channels that stay together in both are copied.
  private func moveBlocked(
    _ from: Shape, _ to: Shape, _ source: Slot, _ selection: Selection, _ output: Int
  ) throws -> (target: Slot, run: (RunContext) throws -> Void)? {
    let descriptor = source.descriptor
    guard descriptor.isBlocked, !descriptor.hasPadding, descriptor.dims == from.dimensions, from.rank >= 3,
      descriptor.blocks.count == 1, let block = descriptor.blocks.first, block.axis == 1,
      selection.sourceSteps[1] == 1, selection.targetSteps[1] == 1, to[1] % block.length == 0,
      descriptor == (try descriptor.withChannels(from.dimensions)), source.elementType == .float32
    else { return nil }
    let run = [selection.sourceStarts[1], selection.targetStarts[1], selection.counts[1]]
      .reduce(block.length) { greatestCommonDivisor($0, $1) }
    guard run >= 4 else { return nil }
    let goal = try descriptor.withChannels(to.dimensions)
    let target = define(output, goal)
    func channel(_ index: Int, _ strides: [Int]) -> Int {
      index / block.length * strides[1] + index % block.length
    }
    let (xs, ys) = (descriptor.strides, goal.strides)
    let axes = (0..<from.rank).filter { $0 != 1 }
    let sourceBase = axes.reduce(0) { $0 + selection.sourceStarts[$1] * xs[$1] }
    let targetBase = axes.reduce(0) { $0 + selection.targetStarts[$1] * ys[$1] }
    let lengths = axes.map { Int64(selection.counts[$0]) } + [Int64(run)]
    let sourceStrides = axes.map { Int64(xs[$0] * selection.sourceSteps[$0]) } + [1]
    let targetStrides = axes.map { Int64(ys[$0] * selection.targetSteps[$0]) } + [1]
    let offsets = stride(from: 0, to: selection.counts[1], by: run).map { first in
      (
        sourceBase + channel(selection.sourceStarts[1] + first, xs),
        targetBase + channel(selection.targetStarts[1] + first, ys)
      )
    }
    return (
      target,
      { context in
        let (x, y) = (try source.address(Float.self), try target.address(Float.self))
        for (a, b) in offsets {
          vk_copy(
            x + a, sourceStrides, y + b, targetStrides, lengths, Int32(lengths.count), 4,
            Int32(context.threads))
        }
      }
    )
  }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}
