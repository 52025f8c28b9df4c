import TensorRuntime

/// What a network makes of inputs of certain types in a mode, recorded once: applying it again makes no layer think about
/// shapes again, and one node instead of all of the layers'.
///
/// Weights, statistics and random draws are those of the moment at each application.
struct NetworkTemplate {
  /// What an application is given beside the inputs.
  private enum Given {
    case parameter(Parameter)
    /// A tensor of a layer's or of the body's own.
    case fixed(Tensor)
  }
  let inputTypes: [TensorType]
  let isTraining: Bool
  private let template: GraphTemplate
  /// The statistics that training moves, from where the pass has them.
  private let statistics: [Parameter]
  private let given: [Given]
  private let outputCount: Int

  /// Records what `trace` makes of inputs of these types. Throws what its layers throw; nil where something else would come
  /// out another time.
  init?(_ trace: Trace, of network: Network, on inputTypes: [TensorType], isTraining: Bool) throws {
    self.inputTypes = inputTypes
    self.isTraining = isTraining
    let inputs = inputTypes.map { Tensor.placeholder($0.shape, $0.elementType) }
    let random = RandomSource()
    let pass = Pass(isTraining: isTraining, random: random)
    let before = network.statistics.map { statistic in
      (parameter: statistic, value: Tensor.placeholder(statistic.shape, statistic.tensor.elementType))
    }
    pass.begin(with: before)
    let outputs = try trace.replay(on: inputs, in: pass)
    guard random.positions.keys.allSatisfy({ $0 == .dropout }) else { return nil }
    let again = RandomSource()
    let draws = (0..<(random.positions[.dropout] ?? 0)).map { _ in again.draw(for: .dropout) }

    let moved = zip(before, pass.currentStatistics).filter { !$0.value.isSame(as: $1.value) }
    statistics = moved.map { $0.0.parameter }
    outputCount = outputs.count
    let (template, tensors) = GraphTemplate.record(
      outputs + moved.map { $0.1.value }, on: inputs + moved.map { $0.0.value }, draws: draws)
    self.template = template
    var owners: [Tensor.Handle: Parameter] = [:]
    for parameter in network.parameters + network.statistics { owners[parameter.tensor.handle] = parameter }
    let captured = trace.capturedTensors
    var given: [Given] = []
    for tensor in tensors {
      let isCaptured = captured.contains(tensor.handle)
      if let owner = owners[tensor.handle] {
        // The body has seen a value of a weight that is still the weight's: which one is meant can't be told.
        if isCaptured { return nil }
        given.append(.parameter(owner))
      } else {
        given.append(.fixed(tensor))
      }
    }
    self.given = given
  }

  /// Whether it was recorded for such inputs.
  func fits(_ inputs: [Tensor], _ isTraining: Bool) -> Bool {
    self.isTraining == isTraining && inputTypes.count == inputs.count
      && zip(inputTypes, inputs).allSatisfy { $0 == $1.type }
  }

  /// The outputs for these inputs, as the layers would make them one after the other.
  func apply(to inputs: [Tensor], in pass: Pass) throws -> [Tensor] {
    var all: [Tensor] = []
    all.reserveCapacity(inputs.count + statistics.count + given.count)
    all += inputs
    for statistic in statistics { all.append(pass.current(statistic)) }
    for one in given {
      switch one {
      case .parameter(let parameter): all.append(parameter.tensor)
      case .fixed(let tensor): all.append(tensor)
      }
    }
    var draws: [Philox] = []
    for _ in 0..<template.drawCount { draws.append(pass.random.draw(for: .dropout)) }
    let results = try template.apply(to: all, draws: draws)
    guard !statistics.isEmpty else { return results }
    for (statistic, value) in zip(statistics, results.dropFirst(outputCount)) {
      pass.update(statistic) { _ in value }
    }
    return Array(results.prefix(outputCount))
  }
}

/// The templates a network has, some of them: batches differ in size, and so do images where no layer minds.
struct NetworkTemplates {
  private static let limit = 64
  private var known: [NetworkTemplate] = []
  private var next = 0
  /// Where the last one was found: most programs want that one again.
  private var last = 0

  /// The one for such inputs.
  mutating func find(_ inputs: [Tensor], isTraining: Bool) -> NetworkTemplate? {
    if known.indices.contains(last), known[last].fits(inputs, isTraining) { return known[last] }
    guard let place = known.firstIndex(where: { $0.fits(inputs, isTraining) }) else { return nil }
    last = place
    return known[place]
  }

  /// Keeps one, in place of the oldest where there are many.
  mutating func insert(_ template: NetworkTemplate) {
    if known.count < Self.limit { known.append(template) } else { known[next] = template }
    next = (next + 1) % Self.limit
  }
}

extension Trace {
  /// The tensors that stand in the recording itself, and in those within.
  fileprivate var capturedTensors: Set<Tensor.Handle> {
    var seen: Set<Tensor.Handle> = []
    var pending = outputs + calls.flatMap(\.inputs)
    for call in calls {
      guard let trace = (call.layer as? Network)?.trace else { continue }
      seen.formUnion(trace.capturedTensors)
    }
    while let tensor = pending.popLast() {
      if seen.insert(tensor.handle).inserted { pending += tensor.operands }
    }
    return seen
  }
}
