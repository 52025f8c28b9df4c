/// Computes tensors: finds or compiles the plan of what waits, and runs it on a backend.
///
/// Belongs to one thread. There may be several; they share nothing.
package final class Runtime {
  /// The device that computes.
  package let backend: any Backend
  /// Looked at between the parts of a computation; a raised token stops it with ``Interrupted``.
  package var cancellation: CancellationToken?
  /// How many bytes a computation may take.
  package var memoryLimit: Int
  /// Whether evaluated tensors keep the way they were computed, so that a gradient may still flow through them: on
  /// while a loss is being written. Ending it lets go of what was kept.
  package var keepsGraphs = false {
    didSet { if !keepsGraphs { releaseKeptGraphs() } }
  }
  /// Whether an optimizer's step is recognised by its loss; without, the gradient's graph is made at each step. The
  /// numbers are the same.
  package var recognizesSteps = true
  private var kept: [Node] = []
  var plans: PlanCache

  /// Makes a runtime on a backend, with room for so many compiled plans.
  package init(
    backend: any Backend, cancellation: CancellationToken? = nil, memoryLimit: Int = MachineMemory.limit,
    planCapacity: Int = 256
  ) {
    self.backend = backend
    self.cancellation = cancellation
    self.memoryLimit = memoryLimit
    plans = PlanCache(capacity: planCapacity)
  }

  /// How many plans are kept.
  package var planCount: Int { plans.count }

  /// Has so many threads run one operation. Plans are made for a number of threads, so they are made anew.
  package func setThreads(_ count: Int) {
    guard count != backend.threads else { return }
    backend.threads = count
    plans.removeAll()
  }

  /// Forgets all compiled plans.
  package func forgetPlans() { plans.removeAll() }

  /// Computes the tensors' numbers, all in one plan.
  package func evaluate(_ tensors: [Tensor]) throws {
    try computeFirstValues(of: tensors)
    let waiting = tensors.filter { !$0.isEvaluated }
    guard !waiting.isEmpty else { return }
    let repeated = tensorsPassedBefore(toward: waiting)
    for (tensor, buffer) in try numbers(of: repeated) { store(buffer, in: tensor) }
    for (tensor, buffer) in try numbers(of: waiting.filter { !$0.isEvaluated }) { store(buffer, in: tensor) }
  }

  /// Computes tensors whose numbers are not there yet, and leaves storing them to the caller.
  func numbers(of waiting: [Tensor]) throws -> [(Tensor, Buffer)] {
    var copies: [(Tensor, Buffer)] = []
    var computed: [Tensor] = []
    for tensor in waiting {
      if let copy = try tensor.copyOfPart() { copies.append((tensor, copy)) } else { computed.append(tensor) }
    }
    guard !computed.isEmpty else { return copies }
    let (plan, arguments) = try recognizedPlan(of: computed)
    let results = try makeResults(computed)
    try plan.run(arguments, results: results, cancellation: cancellation)
    return copies + zip(computed, results)
  }

  /// The plan for results, found by their outline or compiled, and what it is given.
  private func recognizedPlan(of results: [Tensor]) throws -> (any Plan, PlanArguments) {
    var outline = GraphOutline(results, for: .values)
    while true {
      let first = outline.uncomputed
      if first.isEmpty { break }
      try computeFirstValues(of: first)
      outline = GraphOutline(results, for: .values)
    }
    let (key, leaves) = outline.numbered()
    let entry = try plans.find(key) ?? compiled(key, leaves, FlatGraph(results: results) { _ in true })
    guard let feed = entry.feed else { throw TensorError("plan", "it does not say how it is fed") }
    return (entry.plan, try feed.arguments(leaves, for: entry.plan, self))
  }

  /// Compiles what was not found, and keeps it.
  func compiled(
    _ key: ProgramKey, _ leaves: GraphLeaves, _ flat: FlatGraph, updated: [Int] = []
  ) throws -> PlanCache.Entry {
    let entry = PlanCache.Entry(try compile(flat), feed: PlanFeed(flat, from: leaves, updated: updated))
    plans.insert(entry, for: key)
    return entry
  }

  /// Computes the first values of parameters among `tensors`, one after the other. Their plans run once and are not
  /// kept: what they take is as large as the parameters.
  func computeFirstValues(of tensors: [Tensor]) throws {
    for tensor in tensors where tensor.node.isParameter && !tensor.isEvaluated {
      let flat = FlatGraph(results: [tensor]) { _ in true }
      if !flat.uncomputed.isEmpty {
        try computeFirstValues(of: flat.uncomputed)
        try computeFirstValues(of: [tensor])
        continue
      }
      let plan = try compile(flat)
      let results = try makeResults([tensor])
      try plan.run(try arguments(of: flat, for: plan), results: results, cancellation: cancellation)
      store(results[0], in: tensor)
      if plan.byteCount > Self.muchScratch { backend.releaseScratch() }
    }
  }

  /// Computes the values of parameters that have none yet.
  func computeFirstValues(of parameters: [Parameter]) throws {
    for parameter in parameters where !parameter.tensor.isEvaluated {
      try computeFirstValues(of: [parameter.tensor])
    }
  }

  /// More than computations of a few images usually need.
  private static let muchScratch = 1 << 26

  /// Lets go of the ways that were kept for gradients.
  func releaseKeptGraphs() {
    for node in kept { node.forgetInputs() }
    kept = []
  }

  /// Sets a tensor's numbers and lets go of how they came about, where nobody needs it.
  func store(_ buffer: Buffer, in tensor: Tensor) {
    tensor.node.values[tensor.output] = buffer
    if keepsGraphs, !tensor.node.isParameter {
      kept.append(tensor.node)
    } else {
      tensor.node.forgetInputs()
    }
  }

  /// Memory for row-major results.
  func makeResults(_ tensors: [Tensor]) throws -> [Buffer] {
    try tensors.map { tensor in
      guard tensor.type.byteCount <= memoryLimit else {
        throw MemoryError(
          "\(tensor.node.operation.name) with the result \(tensor.type)", bytes: tensor.type.byteCount,
          limit: memoryLimit)
      }
      return try Buffer(
        byteCount: tensor.type.byteCount,
        purpose: "\(tensor.node.operation.name) with the result \(tensor.type)")
    }
  }

  /// The plan for results and gradients, compiled where it is new.
  func plan(results: [Tensor], gradients: [(value: Tensor, parameter: Tensor)] = []) throws -> (
    FlatGraph, any Plan
  ) {
    var found: (any Plan)?
    let flat = FlatGraph(results: results, gradients: gradients) { key in
      found = plans.find(key)?.plan
      return found == nil
    }
    if !flat.uncomputed.isEmpty {
      try computeFirstValues(of: flat.uncomputed)
      return try plan(results: results, gradients: gradients)
    }
    if let found { return (flat, found) }
    let plan = try compile(flat)
    plans.insert(PlanCache.Entry(plan), for: flat.key)
    return (flat, plan)
  }

  /// Compiles a flattened graph that was asked for its program.
  func compile(_ flat: FlatGraph) throws -> any Plan {
    guard let program = flat.program else { throw TensorError("plan", "the graph has no program") }
    let plan = try backend.compile(program.simplified())
    guard plan.byteCount <= memoryLimit else {
      throw MemoryError("the computation", bytes: plan.byteCount, limit: memoryLimit)
    }
    return plan
  }

  /// The buffers a plan reads, in the layouts it wants; a parameter keeps the new layout.
  func arguments(of flat: FlatGraph, for plan: any Plan) throws -> PlanArguments {
    var buffers: [Buffer] = []
    buffers.reserveCapacity(flat.arguments.count)
    for (tensor, layout) in zip(flat.arguments, plan.argumentLayouts) {
      buffers.append(try buffer(of: tensor, in: layout))
    }
    return PlanArguments(buffers: buffers, scalars: flat.scalars, randoms: flat.randoms)
  }

  /// A computed tensor's numbers in a layout.
  func buffer(of tensor: Tensor, in layout: Layout) throws -> Buffer {
    guard let buffer = tensor.node.values[tensor.output] else {
      throw TensorError(
        "plan", "a placeholder was given no numbers",
        fix: "run the prepared step with a tensor for each placeholder")
    }
    if buffer.layout == layout { return buffer }
    let converted = try backend.converted(buffer, tensor.type, to: layout)
    if tensor.node.isParameter { tensor.node.values[tensor.output] = converted }
    return converted
  }

  /// The plan of what these tensors wait for, as text: operations, layouts, bytes.
  package func describePlan(_ tensors: [Tensor]) throws -> String {
    let waiting = tensors.filter { !$0.isEvaluated }
    return waiting.isEmpty ? "nothing waits" : try plan(results: waiting).1.describe()
  }

  /// Computes the tensors once more and times every operation.
  package func profile(_ tensors: [Tensor]) throws -> [PlanTiming] {
    let waiting = tensors.filter { !$0.isEvaluated }
    guard !waiting.isEmpty else { return [] }
    let (flat, plan) = try plan(results: waiting)
    return try plan.profile(try arguments(of: flat, for: plan), results: try makeResults(waiting))
  }
}
