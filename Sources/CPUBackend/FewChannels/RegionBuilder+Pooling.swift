import TensorRuntime
import VectorKernels

extension RegionBuilder {
  func lowerPool(
    _ kind: vk_lane_kind, _ window: PoolingWindow, _ countsPadding: Bool, _ instruction: Program.Instruction
  ) throws {
    let x = try lanes(instruction.inputs[0])
    let y = try target(instruction.outputs[0])
    var op = vk_lane_op(kind)
    op.x = x.place()
    op.x_steps = x.shape.steps
    op.y = y.place()
    op.y_steps = y.shape.steps
    op.setExtent(y.shape)
    op.setWindow(window, countsPadding, pooled: x.shape)
    append(op)
    try deliver(instruction.outputs[0])
  }

  func lowerPoolGradient(
    _ kind: vk_lane_kind, _ window: PoolingWindow, _ countsPadding: Bool, _ instruction: Program.Instruction
  ) throws {
    let isMax = kind == VK_LANE_MAX_POOL_GRADIENT
    let g = try lanes(instruction.inputs[isMax ? 1 : 0])
    var x = isMax ? try lanes(instruction.inputs[0]) : nil
    var (function, alpha, of, result) = activationGradient(behind: instruction.outputs[0])
    var separate: (function: Int32, z: LaneValue)?
    if let of {
      let z = try lanes(of)
      if isMax && of != instruction.inputs[0] {
        separate = (function, z)
        function = Int32(VK_COPY.rawValue)
      } else {
        x = z
      }
    }
    let y = try target(result)
    var op = vk_lane_op(kind)
    (op.function, op.alpha) = (function, alpha)
    if let x { (op.x, op.x_steps) = (x.place(), x.shape.steps) }
    op.z = g.place()
    op.z_steps = g.shape.steps
    op.y = y.place()
    op.y_steps = y.shape.steps
    op.setExtent(g.shape)
    op.setWindow(window, countsPadding, pooled: y.shape)
    append(op)
    if let separate { map(y, separate.z, y, separate.function, alpha) }
    try deliver(result)
  }

  /// Activations and their gradients, sums, products and reshapes that nothing else does along the way.
  func lowerMap(_ instruction: Program.Instruction) throws {
    let output = instruction.outputs[0]
    var x = try lanes(instruction.inputs[0])
    if instruction.operation is Reshape, reshape(instruction.inputs[0], to: output) {
      return try deliver(output)
    }
    var (function, alpha) = (VK_COPY, Float(0))
    var z: LaneValue?
    if let unary = instruction.operation as? Unary {
      (function, alpha) = (unary.function.laneFunction ?? VK_COPY, unary.function.alpha)
    } else if let binary = instruction.operation as? Binary {
      (function, alpha) = (binary.function.laneFunction ?? VK_COPY, binary.function.alpha)
      z = try lanes(instruction.inputs[1])
    }
    var y = try target(output)
    if instruction.operation is Reshape {
      // One of the two reads the other's lengths, where it is compact.
      if x.shape.isCompact {
        x = LaneValue(memory: x.memory, shape: y.shape.withoutBorder)
      } else if y.shape.isCompact {
        y = LaneValue(memory: y.memory, shape: x.shape.withoutBorder)
      } else {
        let flat = x.shape.withoutBorder
        let between = LaneValue(memory: scratch(flat.count), shape: flat)
        map(x, nil, between, Int32(VK_COPY.rawValue), 0)
        x = LaneValue(memory: between.memory, shape: y.shape.withoutBorder)
      }
    }
    map(x, z, y, Int32(function.rawValue), alpha)
    try deliver(output)
  }

  /// Adds y = f(x) or f(x, z), element by element.
  func map(_ x: LaneValue, _ z: LaneValue?, _ y: LaneValue, _ function: Int32, _ alpha: Float) {
    var op = vk_lane_op(VK_LANE_MAP)
    (op.function, op.alpha) = (function, alpha)
    op.x = x.place()
    op.x_steps = x.shape.steps
    if let z { (op.z, op.z_steps) = (z.place(), z.shape.steps) }
    op.y = y.place()
    op.y_steps = y.shape.steps
    op.setExtent(y.shape)
    append(op)
  }
}

extension vk_lane_op {
  /// Tells of a pooling's window and of the lengths it moves along.
  mutating func setWindow(_ window: PoolingWindow, _ countsPadding: Bool, pooled: LaneShape) {
    counts_padding = countsPadding ? 1 : 0
    `in` = (Int64(pooled.height), Int64(pooled.width))
    size = (Int64(window.sizes[0]), Int64(window.sizes[1]))
    stride = (Int64(window.strides[0]), Int64(window.strides[1]))
    before = (Int64(window.before[0]), Int64(window.before[1]))
  }
}
