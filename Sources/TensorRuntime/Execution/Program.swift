/// A graph flattened for compiling: instructions in an order that can run, on numbered values.
package struct Program {
  /// One operation on numbered values.
  package struct Instruction {
    /// What it computes.
    package var operation: any TensorOp
    /// The values it reads.
    package var inputs: [Int]
    /// The values it writes.
    package var outputs: [Int]

    /// Makes an instruction.
    package init(operation: any TensorOp, inputs: [Int], outputs: [Int]) {
      self.operation = operation
      self.inputs = inputs
      self.outputs = outputs
    }
  }
  /// What a buffer argument is.
  package enum ArgumentKind: Hashable, Sendable {
    /// A tensor that is there already.
    case data
    /// A parameter: it may be kept in any layout from run to run.
    case parameter
    /// Numbers given at each run.
    case placeholder
  }
  /// What convolutions and fully connected layers compute in.
  package var precision = Precision.float32
  /// The type of each value.
  package var types: [TensorType] = []
  /// Values given as tensors.
  package var arguments: [(value: Int, kind: ArgumentKind)] = []
  /// Values given as numbers.
  package var scalars: [Int] = []
  /// Values given as random draws: the instruction's operation says which.
  package var randoms: [Int] = []
  /// What runs.
  package var instructions: [Instruction] = []
  /// What is wanted, in row-major order.
  package var results: [Int] = []
  /// Results that are gradients, each wanted in the layout of a parameter (an argument's place).
  package var gradients: [(value: Int, argument: Int)] = []

  /// Makes an empty program.
  package init() {}
}
