import TensorRuntime

/// Parts of a program that run block by block: layers with few channels, and what hangs on them.
///
/// Members are the convolutions and fully connected layers the limits allow, their gradients, and the pooling,
/// activations and reshapes between them; the cross-entropy of class numbers as well, so that a step's way there and back
/// is one part. A member's stage counts how often the way to it leaves such a part and comes back (through another loss,
/// say); members of one stage with the same number of images run together.
struct FewChannelRegions {
  /// One part: which instructions it has, in order.
  struct Region {
    let images: Int
    let members: [Int]
  }
  /// The parts by their first instruction.
  private(set) var regions: [Int: Region] = [:]
  /// All their instructions.
  private(set) var members: Set<Int> = []
  /// The part that computes a value in lanes, by its first instruction.
  private(set) var home: [Int: Int] = [:]

  init() {}

  /// Finds the parts and puts each one's instructions side by side in the program.
  init(_ program: inout Program, limits: FewChannelLimits) {
    var search = FewChannelSearch(program, limits: limits)
    search.run()
    guard !search.isMember.allSatisfy({ !$0 }) else { return }
    let order = program.instructions.indices.sorted { left, right in
      let (a, b) = (search.key(left), search.key(right))
      return a == b ? left < right : a.lexicographicallyPrecedes(b)
    }
    let isMember = search.isMember
    program.instructions = order.map { search.program.instructions[$0] }
    var groups: [[Int]: [Int]] = [:]
    for (place, old) in order.enumerated() where isMember[old] {
      groups[search.key(old), default: []].append(place)
    }
    for (key, places) in groups {
      guard let first = places.first else { continue }
      regions[first] = Region(images: key[2], members: places)
      members.formUnion(places)
      for place in places {
        let instruction = program.instructions[place]
        guard !instruction.operation.sumsOverImages else { continue }
        for output in instruction.outputs { home[output] = first }
      }
    }
  }
}

/// Finds members and their stages.
struct FewChannelSearch {
  let program: Program
  let limits: FewChannelLimits
  private(set) var isMember: [Bool]
  private var stage: [Int]
  /// The stage of a value, and whether it stands in lanes there.
  private var valueStage: [Int]
  private var isInLanes: [Bool]
  /// What belongs to forward members: gradients follow them.
  private var weights: Set<Int> = []
  private var inputs: Set<Int> = []
  private var means: [AveragePooling: Set<Shape>] = [:]
  /// Single numbers that are known.
  private var constants: Set<Int> = []

  init(_ program: Program, limits: FewChannelLimits) {
    self.program = program
    self.limits = limits
    isMember = Array(repeating: false, count: program.instructions.count)
    stage = Array(repeating: 0, count: program.instructions.count)
    valueStage = Array(repeating: 0, count: program.types.count)
    isInLanes = Array(repeating: false, count: program.types.count)
  }

  /// What instructions are ordered by: stage, others before members, images.
  func key(_ index: Int) -> [Int] {
    [stage[index], isMember[index] ? 1 : 0, isMember[index] ? images(index) : 0]
  }

  private func images(_ index: Int) -> Int {
    let instruction = program.instructions[index]
    let value = instruction.operation.sumsOverImages ? instruction.inputs[0] : instruction.outputs[0]
    return program.types[value].shape[0]
  }

  mutating func run() {
    for (index, instruction) in program.instructions.enumerated() {
      if instruction.operation is Fill, shape(instruction.outputs[0]).elementCount == 1 {
        constants.insert(instruction.outputs[0])
      }
      let member = belongs(instruction)
      isMember[index] = member
      let batch = member ? images(index) : 0
      for input in instruction.inputs {
        let staysInside = member && isInLanes[input] && program.types[input].shape[0] == batch
        let needed = valueStage[input] + (isInLanes[input] && !staysInside ? 1 : 0)
        stage[index] = max(stage[index], needed)
      }
      for output in instruction.outputs {
        let isSum = member && instruction.operation.sumsOverImages
        valueStage[output] = stage[index] + (isSum ? 1 : 0)
        isInLanes[output] = member && !isSum
      }
    }
  }

  private func shape(_ value: Int) -> Shape { program.types[value].shape }

  private mutating func belongs(_ instruction: Program.Instruction) -> Bool {
    let (given, output) = (instruction.inputs, instruction.outputs[0])
    guard given.count > 0 || !(instruction.operation is Identity),
      !instruction.outputs.contains(where: { program.types[$0].shape.isEmpty }),
      program.types[output].elementType == .float32
    else { return false }
    switch instruction.operation {
    case let operation as Convolution:
      guard limits.allow(operation.geometry, input: shape(given[0]), weights: shape(given[1])),
        limits.fits(shape(output)), given.dropFirst().allSatisfy({ !isInLanes[$0] })
      else { return false }
      weights.insert(given[1])
      inputs.insert(given[0])
      return true
    case is Dense:
      guard isInLanes[given[0]], limits.allow(denseInput: shape(given[0]), weights: shape(given[1])),
        given.dropFirst().allSatisfy({ !isInLanes[$0] })
      else { return false }
      weights.insert(given[1])
      inputs.insert(given[0])
      return true
    case let operation as ConvolutionInputGradient:
      return given.count == 2 && weights.contains(given[1])
        && limits.allow(operation.geometry, input: shape(output), weights: shape(given[1]))
    case let operation as ConvolutionWeightGradient:
      return inputs.contains(given[0])
        && limits.allow(operation.geometry, input: shape(given[0]), weights: operation.weightShape)
    case is DenseInputGradient: return weights.contains(given[1]) && limits.fits(shape(output))
    case is DenseWeightGradient:
      return inputs.contains(given[0])
        && limits.allow(denseInput: shape(given[0]), weights: shape(output))
    case let operation as MaxPooling: return isPooled(given[0], operation.window)
    case let operation as AveragePooling:
      guard isPooled(given[0], operation.window) else { return false }
      means[operation, default: []].insert(shape(given[0]))
      return true
    case let operation as MaxPoolingGradient: return isPooled(given[0], operation.window)
    case let operation as AveragePoolingGradient:
      let forward = AveragePooling(window: operation.window, countsPadding: operation.countsPadding)
      return means[forward]?.contains(operation.inputShape) ?? false
    case let operation as Unary:
      return operation.function.laneFunction != nil && isInLanes[given[0]]
    case let operation as Binary:
      guard operation.function.laneFunction != nil, shape(given[0]) == shape(output),
        shape(given[1]) == shape(output), shape(output).rank == 2 || shape(output).rank == 4
      else { return false }
      return operation.function.isGradient ? isInLanes[given[1]] : isInLanes[given[0]]
    case let operation as CrossEntropy:
      return given.count == 2 && isFew(operation, logits: given[0], classes: given[1])
    case let operation as CrossEntropyGradient:
      return given.count == 3 && isFew(operation.loss, logits: given[0], classes: given[1])
        && constants.contains(given[2])
    case is Reshape:
      let (from, to) = (shape(given[0]), shape(output))
      return isInLanes[given[0]] && from[0] == to[0] && [2, 4].contains(from.rank)
        && [2, 4].contains(to.rank)
    default: return false
    }
  }

  /// Whether a cross-entropy is the mean over all samples of a layer in lanes.
  private func isFew(_ loss: CrossEntropy, logits: Int, classes: Int) -> Bool {
    isInLanes[logits] && !isInLanes[classes] && shape(logits).rank == 2 && loss.ignoredClass == nil
  }

  private func isPooled(_ input: Int, _ window: PoolingWindow) -> Bool {
    isInLanes[input] && window.sizes.count == 2 && shape(input).rank == 4
  }
}

extension TensorOp {
  /// Whether the results are sums over images, complete only when all of them were seen.
  var sumsOverImages: Bool {
    self is ConvolutionWeightGradient || self is DenseWeightGradient || self is CrossEntropy
  }
}
