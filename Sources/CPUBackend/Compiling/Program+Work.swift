import TensorRuntime

extension Program {
  /// Whether an instruction is done sooner by one thread than a team is brought together for it.
  ///
  /// Counted, never timed: the same program runs the same way every time.
  func isLittle(_ instruction: Instruction) -> Bool {
    let bytes = (instruction.inputs + instruction.outputs).reduce(0.0) { $0 + Double(types[$1].byteCount) }
    return max(multiplyAdds(of: instruction) / Self.multiplyAddsPerSecond, bytes / Self.bytesPerSecond)
      < Self.secondsToMeet
  }

  /// What one thread does in the library's small primitives.
  private static let multiplyAddsPerSecond = 2e10
  private static let bytesPerSecond = 2e10
  /// What it costs a team to meet at the beginning and the end of a step, when its threads may have gone to sleep.
  private static let secondsToMeet = 20e-6

  /// How many products an instruction adds up; 0 where that isn't what takes its time.
  private func multiplyAdds(of instruction: Instruction) -> Double {
    func count(_ value: Int) -> Double { Double(types[value].shape.elementCount) }
    func filter(_ value: Int) -> Double { count(value) / Double(max(1, types[value].shape[0])) }
    let (inputs, output) = (instruction.inputs, instruction.outputs[0])
    switch instruction.operation {
    case is Convolution, is Dense: return count(output) * filter(inputs[1])
    case is ConvolutionInputGradient, is DenseInputGradient: return count(inputs[0]) * filter(inputs[1])
    case is ConvolutionWeightGradient, is DenseWeightGradient: return count(inputs[1]) * filter(output)
    case let operation as MatrixMultiplication:
      let left = types[inputs[0]].shape.dimensions.suffix(2)
      return count(output) * Double((operation.transposeLeft ? left.first : left.last) ?? 1)
    default: return 0
    }
  }
}
