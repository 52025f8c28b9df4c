import TensorRuntime
import VectorKernels

extension RegionBuilder {
  /// Adds the operations of one member.
  func lower(_ index: Int) throws {
    let instruction = program.instructions[index]
    switch instruction.operation {
    case let operation as Convolution: try lower(operation, instruction)
    case let operation as ConvolutionInputGradient: try lower(operation, instruction)
    case let operation as ConvolutionWeightGradient: try lower(operation, instruction)
    case is Dense: try lowerDense(instruction)
    case is DenseInputGradient: try lowerDenseInputGradient(instruction)
    case let operation as DenseWeightGradient: try lower(operation, instruction)
    case let operation as MaxPooling: try lowerPool(VK_LANE_MAX_POOL, operation.window, false, instruction)
    case let operation as AveragePooling:
      try lowerPool(VK_LANE_MEAN_POOL, operation.window, operation.countsPadding, instruction)
    case let operation as MaxPoolingGradient:
      try lowerPoolGradient(VK_LANE_MAX_POOL_GRADIENT, operation.window, false, instruction)
    case let operation as AveragePoolingGradient:
      try lowerPoolGradient(
        VK_LANE_MEAN_POOL_GRADIENT, operation.window, operation.countsPadding, instruction)
    case let operation as CrossEntropy: try lower(operation, instruction)
    case let operation as CrossEntropyGradient: try lower(operation, instruction)
    default: try lowerMap(instruction)
    }
  }

  /// The activation behind a layer that is done with it, and the value that then holds the result.
  private func activation(behind value: Int) -> (function: Int32, alpha: Float, result: Int) {
    guard let reader = partner(of: value),
      let unary = program.instructions[reader].operation as? Unary, let function = unary.function.laneFunction
    else { return (Int32(VK_COPY.rawValue), 0, value) }
    absorbed.insert(reader)
    memberName += "+\(unary.name)"
    return (Int32(function.rawValue), unary.function.alpha, program.instructions[reader].outputs[0])
  }

  /// The gradient of an activation that is done with the gradient before it, the activation's result it reads, and the
  /// value that then holds the result.
  func activationGradient(behind value: Int) -> (function: Int32, alpha: Float, of: Int?, result: Int) {
    guard let reader = partner(of: value),
      let binary = program.instructions[reader].operation as? Binary, binary.function.isGradient,
      let function = binary.function.laneFunction, program.instructions[reader].inputs[0] == value,
      isThere(program.instructions[reader].inputs[1])
    else { return (Int32(VK_COPY.rawValue), 0, nil, value) }
    absorbed.insert(reader)
    let instruction = program.instructions[reader]
    memberName += "+\(binary.name)"
    return (Int32(function.rawValue), binary.function.alpha, instruction.inputs[1], instruction.outputs[0])
  }

  private func lower(_ operation: Convolution, _ instruction: Program.Instruction) throws {
    let geometry = operation.geometry
    let weights = program.types[instruction.inputs[1]].shape
    let x = try lanes(instruction.inputs[0])
    let (function, alpha, result) = activation(behind: instruction.outputs[0])
    let y = try target(result)
    let area = weights[2] * weights[3]
    let isSingle = y.shape.height * y.shape.width == 1
    var op = vk_lane_op(isSingle ? VK_LANE_SINGLE : VK_LANE_CONVOLUTION)
    (op.function, op.alpha) = (function, alpha)
    setTaps(&op, of: x, geometry, weights)
    op.y = y.place()
    op.y_steps = y.shape.steps
    op.setExtent(y.shape)
    if instruction.inputs.count > 2 { op.bias = try shared(instruction.inputs[2]) }
    let filters = WinogradFilters(
      weights: try shared(instruction.inputs[1]), outputs: weights[0], channels: weights[1],
      outputStep: weights[1] * area, channelStep: area, isTurned: false)
    op.w_taps = (Int64(area), Int64(weights[3]), 1)
    op.packed_taps = Int64(weights[1] * area)
    if isSingle {
      op.w = filters.weights
      op.w_output = Int64(weights[1] * area)
      append(op)
    } else {
      let winograd = winogradArea(
        geometry, weights, filters, of: x.shape, first: { -geometry.before[$0] }, y.shape)
      if winograd?.covers(y.shape) != true {
        op.w = try pack(
          filters.weights, outputs: weights[0], outputStep: weights[1] * area,
          counts: (1, weights[1] * area), steps: (0, 1))
      }
      try append(op, winograd, from: op.x, filters)
    }
    try deliver(result)
  }

  /// How a convolution walks through its input.
  private func setTaps(
    _ op: inout vk_lane_op, of x: LaneValue, _ geometry: ConvolutionGeometry, _ weights: Shape
  ) {
    let steps = x.shape.steps
    op.x = x.place(row: -geometry.before[0], column: -geometry.before[1])
    op.x_steps = vk_lane_steps(
      channel: steps.channel, row: steps.row * Int64(geometry.strides[0]),
      column: steps.column * Int64(geometry.strides[1]))
    op.seen = x.shape.rows(from: -geometry.before[0])
    op.seen_columns = x.shape.columns(from: -geometry.before[1])
    op.taps = (Int64(weights[1]), Int64(weights[2]), Int64(weights[3]))
    op.x_taps = (
      steps.channel, steps.row * Int64(geometry.dilations[0]), steps.column * Int64(geometry.dilations[1])
    )
  }

  private func lower(_ operation: ConvolutionInputGradient, _ instruction: Program.Instruction) throws {
    let geometry = operation.geometry
    let weights = program.types[instruction.inputs[1]].shape
    let g = try lanes(instruction.inputs[0])
    let (function, alpha, of, result) = activationGradient(behind: instruction.outputs[0])
    let z = try of.map { try lanes($0) }
    let y = try target(result)
    let area = weights[2] * weights[3]
    let filters = WinogradFilters(
      weights: try shared(instruction.inputs[1]), outputs: weights[1], channels: weights[0], outputStep: area,
      channelStep: weights[1] * area, isTurned: true)
    let winograd = winogradArea(
      geometry, weights, filters, of: g.shape, first: { geometry.before[$0] - 2 }, y.shape)
    let packed =
      winograd?.covers(y.shape) == true
      ? nil
      : try pack(
        filters.weights, outputs: weights[1], outputStep: area, counts: (weights[0], area),
        steps: (weights[1] * area, 1))
    let (gs, ys) = (g.shape.steps, y.shape.steps)
    let (sy, sx) = (geometry.strides[0], geometry.strides[1])
    for (top, v) in geometry.phases(axis: 0, length: y.shape.height, kernel: weights[2]).enumerated() {
      for (left, h) in geometry.phases(axis: 1, length: y.shape.width, kernel: weights[3]).enumerated()
      where v.count > 0 && h.count > 0 {
        var op = vk_lane_op(VK_LANE_CONVOLUTION)
        (op.function, op.alpha) = (function, alpha)
        op.x = g.place(row: v.start, column: h.start)
        op.x_steps = gs
        op.seen = g.shape.rows(from: v.start)
        op.seen_columns = g.shape.columns(from: h.start)
        op.taps = (Int64(v.taps * h.taps == 0 ? 0 : weights[0]), Int64(v.taps), Int64(h.taps))
        op.x_taps = (gs.channel, gs.row * Int64(v.startStep), gs.column * Int64(h.startStep))
        if let packed { op.w = packed }
        op.w_taps = (Int64(area), Int64(v.tapStep * weights[3]), Int64(h.tapStep))
        op.w_start = Int64(v.firstTap * weights[3] + h.firstTap)
        op.packed_taps = Int64(weights[0] * area)
        op.y = y.place(row: top, column: left)
        op.y_steps = ys.spread(sy, sx)
        op.setExtent(channels: weights[1], rows: v.count, columns: h.count)
        if let z {
          op.z = z.place(row: top, column: left)
          op.z_steps = z.shape.steps.spread(sy, sx)
        }
        try append(
          op, winograd, from: g.place(row: geometry.before[0] - 2, column: geometry.before[1] - 2), filters)
      }
    }
    try deliver(result)
  }

  private func lower(_ operation: ConvolutionWeightGradient, _ instruction: Program.Instruction) throws {
    let weights = operation.weightShape
    let (x, g) = (try lanes(instruction.inputs[0]), try lanes(instruction.inputs[1]))
    let count = weights[1] * weights[2] * weights[3]
    var op = vk_lane_op(VK_LANE_FILTERS)
    setTaps(&op, of: x, operation.geometry, weights)
    if prefersWinogradFilters(operation.geometry, weights, g.shape) {
      op.kind = Int32(VK_LANE_WINOGRAD_FILTERS.rawValue)
      let floats = vk_lane_winograd_filters_scratch(
        Int64(weights[0]), Int64(weights[1]), Int64(g.shape.height), Int64(g.shape.width), Int64(blockImages))
      op.scratch = start(scratch(Int(floats)))
    } else if weights[2] * weights[3] == 1 {
      // One element per filter: channels are what a tile of registers goes along.
      op.x_taps = (0, 0, op.x_taps.0)
      op.taps = (1, 1, op.taps.0)
    }
    op.z = g.place()
    op.z_steps = g.shape.steps
    op.setExtent(g.shape)
    op.row_length = Int64(count)
    op.y = try sum(instruction.outputs[0], rows: weights[0], columns: count, rowLength: count)
    append(op)
    if operation.hasBias { try addBias(g, instruction.outputs[1]) }
  }

  private func addBias(_ g: LaneValue, _ output: Int) throws {
    var op = vk_lane_op(VK_LANE_BIAS)
    op.x = g.place()
    op.x_steps = g.shape.steps
    op.setExtent(g.shape)
    op.y = try sum(output, rows: 1, columns: g.shape.channels, rowLength: g.shape.channels)
    append(op)
  }

  private func lowerDense(_ instruction: Program.Instruction) throws {
    let weights = program.types[instruction.inputs[1]].shape
    let x = try lanes(instruction.inputs[0])
    let (function, alpha, result) = activation(behind: instruction.outputs[0])
    let y = try target(result)
    var op = vk_lane_op(VK_LANE_SINGLE)
    (op.function, op.alpha) = (function, alpha)
    op.x = x.place()
    let steps = x.shape.steps
    if x.shape.isCompact {
      op.taps = (1, 1, Int64(weights[1]))
      op.x_taps = (0, 0, steps.column)
    } else {
      op.taps = (Int64(x.shape.channels), Int64(x.shape.height), Int64(x.shape.width))
      op.x_taps = (steps.channel, steps.row, steps.column)
    }
    op.w_taps = (Int64(x.shape.height * x.shape.width), Int64(x.shape.width), 1)
    op.w = try shared(instruction.inputs[1])
    op.w_output = Int64(weights[1])
    if instruction.inputs.count > 2 { op.bias = try shared(instruction.inputs[2]) }
    op.x_steps = steps
    op.y = y.place()
    op.y_steps = y.shape.steps
    op.setExtent(y.shape)
    append(op)
    try deliver(result)
  }

  private func lowerDenseInputGradient(_ instruction: Program.Instruction) throws {
    let weights = program.types[instruction.inputs[1]].shape
    let g = try lanes(instruction.inputs[0])
    let (function, alpha, of, result) = activationGradient(behind: instruction.outputs[0])
    let z = try of.map { try lanes($0) }
    let y = try target(result)
    // The kernel writes all elements as one axis: into compact memory first where there is a border.
    let isDirect = y.shape.isCompact && (z?.shape.isCompact ?? true)
    let flat = LaneShape(images: blockImages, channels: weights[1], height: 1, width: 1)
    let compact = isDirect ? y : LaneValue(memory: scratch(flat.count), shape: flat)
    var op = vk_lane_op(VK_LANE_SINGLE)
    op.x = g.place()
    op.x_steps = g.shape.steps
    op.taps = (1, 1, Int64(weights[0]))
    op.x_taps = (0, 0, g.shape.steps.channel)
    op.w = try shared(instruction.inputs[1])
    op.w_output = 1
    op.w_taps = (0, 0, Int64(weights[1]))
    op.y = start(compact.memory)
    op.y_steps = flat.steps
    op.setExtent(flat)
    if isDirect {
      (op.function, op.alpha) = (function, alpha)
      if let z { (op.z, op.z_steps) = (z.place(), flat.steps) }
    }
    append(op)
    if !isDirect {
      map(LaneValue(memory: compact.memory, shape: y.shape.withoutBorder), z, y, function, alpha)
    }
    try deliver(result)
  }

  private func lower(_ operation: DenseWeightGradient, _ instruction: Program.Instruction) throws {
    let (x, g) = (try lanes(instruction.inputs[0]), try lanes(instruction.inputs[1]))
    let features = x.shape.features
    let rowLength = (features + 15) & ~15
    let rows = try memoryOfAllBlocks(rowLength * blockImages)
    store(x, to: start(rows), imageStep: rowLength)
    var product = vk_lane_product()
    product.x = start(rows)
    product.z = g.place()
    product.y = start(memory(of: try compiler.definePlain(instruction.outputs[0]), isWritten: true))
    product.outputs = Int64(g.shape.channels)
    product.columns = Int64(features)
    product.row_length = Int64(rowLength)
    add(product)
    if operation.hasBias { try addBias(g, instruction.outputs[1]) }
  }
}

extension vk_lane_steps {
  /// Every so manieth row and column.
  func spread(_ rows: Int, _ columns: Int) -> vk_lane_steps {
    vk_lane_steps(channel: channel, row: row * Int64(rows), column: column * Int64(columns))
  }
}
