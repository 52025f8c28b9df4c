import TensorRuntime

/// How many zeros the regions' convolutions need around each value they read.
struct LaneBorders {
  private var borders: [Int: LaneBorder] = [:]

  init() {}

  init(_ program: Program, members: Set<Int>) {
    for index in members {
      let instruction = program.instructions[index]
      switch instruction.operation {
      case let operation as Convolution: add(instruction.inputs[0], .around(operation.geometry))
      case let operation as ConvolutionWeightGradient:
        add(instruction.inputs[0], .around(operation.geometry))
      case let operation as ConvolutionInputGradient:
        let shape = program.types[instruction.inputs[0]].shape
        let kernel = program.types[instruction.inputs[1]].shape
        add(
          instruction.inputs[0],
          .around(
            cotangent: shape, geometry: operation.geometry, kernel: kernel, input: operation.inputShape))
      default: break
      }
    }
  }

  private mutating func add(_ value: Int, _ border: LaneBorder) {
    borders[value] = border.union(borders[value] ?? LaneBorder())
  }

  subscript(_ value: Int) -> LaneBorder { borders[value] ?? LaneBorder() }
}

extension LaneBorder {
  /// What a convolution reads around its input.
  static func around(_ geometry: ConvolutionGeometry) -> LaneBorder {
    LaneBorder(
      top: geometry.before[0], bottom: geometry.after[0], left: geometry.before[1], right: geometry.after[1])
  }

  /// What a convolution's input gradient reads around the cotangent.
  static func around(
    cotangent: Shape, geometry: ConvolutionGeometry, kernel: Shape, input: Shape
  ) -> LaneBorder {
    var border = LaneBorder()
    for axis in 0..<2 {
      for phase in geometry.phases(axis: axis, length: input[axis + 2], kernel: kernel[axis + 2]) {
        let (before, after) = phase.reach(beyond: cotangent[axis + 2])
        border = border.union(
          axis == 0 ? LaneBorder(top: before, bottom: after) : LaneBorder(left: before, right: after))
      }
    }
    return border
  }
}

extension ConvolutionGeometry {
  /// How the gradient's rows (axis 0) or columns (axis 1) are computed, one phase of the stride after the other.
  func phases(axis: Int, length: Int, kernel: Int) -> [GradientPhase] {
    (0..<strides[axis]).map {
      GradientPhase(
        phase: $0, length: length, kernel: kernel, stride: strides[axis], dilation: dilations[axis],
        before: before[axis])
    }
  }
}
