import TensorRuntime

extension Program {
  /// Rewrites that make lowering simpler or faster without changing a number.
  mutating func rewrite() {
    joinFullWindows()
    joinFlattenWithDense()
    joinSlices()
    maskPooledGradients()
    removeUnread()
    computeGradientsEarly()
  }

  /// Has fully connected layers read images as they are, where they would be flattened for them first.
  private mutating func joinFlattenWithDense() {
    var source: [Int: Int] = [:]
    for instruction in instructions where instruction.operation is Reshape {
      let (from, to) = (types[instruction.inputs[0]].shape, types[instruction.outputs[0]].shape)
      if to.rank == 2, from.rank > 2, from[0] == to[0] {
        source[instruction.outputs[0]] = instruction.inputs[0]
      }
    }
    for index in instructions.indices
    where instructions[index].operation is Dense || instructions[index].operation is DenseWeightGradient {
      if let images = source[instructions[index].inputs[0]] { instructions[index].inputs[0] = images }
    }
    let uses = Uses(self)
    for index in instructions.indices where instructions[index].operation is DenseInputGradient {
      let output = instructions[index].outputs[0]
      guard let reader = uses.onlyReader(of: output), instructions[reader].operation is Reshape else {
        continue
      }
      let shape = types[instructions[reader].outputs[0]].shape
      guard shape.rank > 2, shape.rank <= 5, shape[0] == types[output].shape[0] else { continue }
      instructions[index].operation = DenseInputGradient(inputShape: shape)
      types[output] = TensorType(shape)
      instructions[reader].operation = Identity()
    }
  }

  /// A slice of a slice is one slice, and so is putting back into what is put back.
  private mutating func joinSlices() {
    let uses = Uses(self)
    for index in instructions.indices {
      let input = instructions[index].inputs.first ?? -1
      guard let first = uses.producer[input], uses.onlyReader(of: input) == index else { continue }
      if let outer = instructions[index].operation as? Slice,
        let inner = instructions[first].operation as? Slice
      {
        instructions[index].operation = outer.after(inner)
        instructions[index].inputs = instructions[first].inputs
      } else if let outer = instructions[index].operation as? SliceGradient,
        let inner = instructions[first].operation as? SliceGradient
      {
        instructions[index].operation = SliceGradient(
          slice: inner.slice.after(outer.slice), shape: outer.shape)
        instructions[index].inputs = instructions[first].inputs
      }
    }
  }

  /// Puts ReLU's gradient before max pooling's where ReLU's result is what is pooled: a window's largest element is
  /// positive exactly where the pooled one is, and there are fewer of those.
  private mutating func maskPooledGradients() {
    let uses = Uses(self)
    var pooled: [Int: [(window: PoolingWindow, output: Int, index: Int)]] = [:]
    for (index, instruction) in instructions.enumerated() {
      guard let operation = instruction.operation as? MaxPooling else { continue }
      pooled[instruction.inputs[0], default: []].append((operation.window, instruction.outputs[0], index))
    }
    for index in instructions.indices {
      guard let rule = instructions[index].operation as? Binary, rule.function == .reluGradient,
        let producer = uses.producer[instructions[index].inputs[0]],
        let gradient = instructions[producer].operation as? MaxPoolingGradient,
        uses.onlyReader(of: instructions[producer].outputs[0]) == index
      else { continue }
      let (spread, activated) = (instructions[index].inputs[0], instructions[index].inputs[1])
      guard instructions[producer].inputs[0] == activated, types[spread] == types[activated],
        // Where the network's result was looked at before, the gradient may come first.
        let maxima = pooled[activated]?.first(where: { $0.window == gradient.window && $0.index < producer })?
          .output
      else { continue }
      // The mask takes the place of the pooling's gradient, on the pooled images, and that of the mask.
      let cotangent = instructions[producer].inputs[1]
      types.append(types[cotangent])
      let output = instructions[index].outputs[0]
      instructions[producer].operation = rule
      instructions[producer].inputs = [cotangent, maxima]
      instructions[producer].outputs = [types.count - 1]
      instructions[index].operation = gradient
      instructions[index].inputs = [activated, types.count - 1]
      instructions[index].outputs = [output]
    }
  }

  private mutating func removeUnread() {
    var isRead = Set(results + gradients.map(\.value))
    var live: [Instruction] = []
    for instruction in instructions.reversed()
    where instruction.outputs.contains(where: { isRead.contains($0) }) {
      isRead.formUnion(instruction.inputs)
      live.append(instruction)
    }
    instructions = live.reversed()
  }

  /// Computes the gradients of parameters as soon as what they need is there: while it is in the cache, and so that
  /// its memory can be used again.
  private mutating func computeGradientsEarly() {
    let uses = Uses(self)
    let wanted = Set(gradients.map(\.value))
    var order: [(key: Int, isEarly: Int, index: Int)] = []
    for (index, instruction) in instructions.enumerated() {
      let isLast = instruction.outputs.allSatisfy { uses.readers[$0] == nil }
      guard isLast, instruction.outputs.contains(where: wanted.contains) else {
        order.append((index, 0, index))
        continue
      }
      order.append((instruction.inputs.compactMap { uses.producer[$0] }.max() ?? -1, 1, index))
    }
    order.sort { ($0.key, $0.isEarly, $0.index) < ($1.key, $1.isEarly, $1.index) }
    instructions = order.map { instructions[$0.index] }
  }
}

extension Slice {
  /// This slice of what another takes, as one.
  fileprivate func after(_ inner: Slice) -> Slice {
    Slice(
      starts: starts.indices.map { inner.starts[$0] + starts[$0] * inner.steps[$0] }, counts: counts,
      steps: steps.indices.map { steps[$0] * inner.steps[$0] })
  }
}
