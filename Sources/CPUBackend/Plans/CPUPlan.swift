import OneDNN
import TensorRuntime

/// A compiled program: steps on places, run in order on the calling thread with its team.
final class CPUPlan: Plan {
  let byteCount: Int
  let argumentLayouts: [Layout]
  let gradientBuffers: [Buffer]
  private let backend: CPUBackend
  private let engine: Engine
  private let prelude: [PlanStep]
  private let steps: [PlanStep]
  /// The arguments the prelude reads, and what they and the scalars were when it ran.
  private let preludeArguments: [Int]
  private var preludeState: (revisions: [Int], scalars: [Double])?
  private let arena: [Slot]
  private let arguments: [(slot: Slot, index: Int)]
  private let results: [(slot: Slot, index: Int)]
  private let parts: [(slot: Slot, whole: Slot, byteOffset: Int)]
  private let owned: [Slot]
  private let scalars: [(slot: Slot, elementType: ElementType)]
  private var base: UnsafeMutableRawPointer?

  init(
    backend: CPUBackend, engine: Engine, prelude: [PlanStep], steps: [PlanStep], slots: [Slot],
    argumentLayouts: [Layout], gradientBuffers: [Buffer], scalars: [(slot: Slot, elementType: ElementType)]
  ) throws {
    self.backend = backend
    self.engine = engine
    self.prelude = prelude
    self.steps = steps
    self.argumentLayouts = argumentLayouts
    self.gradientBuffers = gradientBuffers
    self.scalars = scalars
    for (index, step) in (prelude + steps).enumerated() {
      for slot in step.reads + step.writes + step.uses {
        let root = slot.root
        root.firstStep = min(root.firstStep, index)
        root.lastStep = max(root.lastStep, index)
      }
    }
    // What the prelude leaves for later must not be overwritten.
    for slot in slots where slot.firstStep < prelude.count && slot.lastStep >= prelude.count {
      guard case .arena = slot.home else { continue }
      slot.home = .owned(try Buffer(byteCount: slot.byteCount, purpose: "weights made ready for inference"))
    }
    preludeArguments = Set(
      prelude.flatMap(\.reads).compactMap { slot in
        guard case .argument(let index) = slot.root.home else { return nil }
        return index
      }
    ).sorted()
    var arena: [Slot] = []
    var arguments: [(Slot, Int)] = []
    var results: [(Slot, Int)] = []
    var parts: [(Slot, Slot, Int)] = []
    var owned: [Slot] = []
    for slot in slots {
      switch slot.home {
      case .arena: if slot.lastStep >= 0 { arena.append(slot) }
      case .argument(let index): arguments.append((slot, index))
      case .result(let index): results.append((slot, index))
      case .owned(let buffer):
        slot.pointer = buffer.pointer
        owned.append(slot)
      case .part(let whole, let offset):
        var (root, total) = (whole, offset)
        while case .part(let next, let more) = root.home {
          root = next
          total += more
        }
        parts.append((slot, root, total))
      }
    }
    self.arena = arena
    self.arguments = arguments
    self.results = results
    self.parts = parts
    self.owned = owned
    byteCount = Arena.place(arena)
    for slot in owned { try slot.bind() }
  }

  private func bind(_ given: PlanArguments, _ outputs: [Buffer]) throws {
    guard given.buffers.count == argumentLayouts.count else {
      throw TensorError("plan", "got \(given.buffers.count) tensors, wanted \(argumentLayouts.count)")
    }
    let newBase = try backend.arena.base(for: byteCount)
    if newBase != base {
      for slot in arena {
        slot.pointer = newBase + slot.offset
        try slot.bind()
      }
      base = newBase
    }
    for (slot, index) in arguments where slot.pointer != given.buffers[index].pointer {
      slot.pointer = given.buffers[index].pointer
      try slot.bind()
    }
    for (slot, index) in results where slot.pointer != outputs[index].pointer {
      slot.pointer = outputs[index].pointer
      try slot.bind()
    }
    for (slot, whole, offset) in parts {
      guard let pointer = whole.pointer, slot.pointer != pointer + offset else { continue }
      slot.pointer = pointer + offset
      try slot.bind()
    }
    for (index, scalar) in scalars.enumerated() where index < given.scalars.count {
      let value = given.scalars[index]
      if scalar.elementType == .float32 {
        try scalar.slot.address(Float.self).pointee = Float(value)
      } else {
        try scalar.slot.address(Int32.self).pointee =
          value.isNaN ? 0 : Int32(max(-2_147_483_648, min(2_147_483_647, value)))
      }
    }
  }

  /// Binds all places and brings what depends on parameters alone up to date.
  private func prepare(_ given: PlanArguments, _ results: [Buffer], _ cancellation: CancellationToken?) throws
    -> RunContext
  {
    try bind(given, results)
    backend.useThreads()
    let context = RunContext(
      engine: engine, threads: backend.threads, randoms: given.randoms, cancellation: cancellation)
    guard !prelude.isEmpty else { return context }
    let revisions = preludeArguments.map { given.buffers[$0].revision }
    if let preludeState, preludeState.revisions == revisions, preludeState.scalars == given.scalars {
      return context
    }
    preludeState = nil
    for step in prelude {
      if let cancellation, cancellation.isCancelled { throw Interrupted() }
      try run(step, context)
    }
    preludeState = (revisions, given.scalars)
    return context
  }

  func run(_ given: PlanArguments, results: [Buffer], cancellation: CancellationToken?) throws {
    let context = try prepare(given, results, cancellation)
    for step in steps {
      if let cancellation, cancellation.isCancelled { throw Interrupted() }
      try run(step, context)
    }
  }

  private func run(_ step: PlanStep, _ context: RunContext) throws {
    useThreads(of: step, context)
    try step.run(context)
  }

  private func useThreads(of step: PlanStep, _ context: RunContext) {
    guard step.threads != context.threads else { return }
    backend.use(threads: step.threads)
    context.threads = step.threads
  }

  func profile(_ given: PlanArguments, results: [Buffer]) throws -> [PlanTiming] {
    let context = try prepare(given, results, nil)
    let clock = ContinuousClock()
    return try steps.flatMap { step in
      if let profile = step.profile {
        useThreads(of: step, context)
        return try profile(context)
      }
      let time = try clock.measure { try run(step, context) }
      let (seconds, attoseconds) = time.components
      let nanoseconds = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
      return [PlanTiming(operation: describe(step), nanoseconds: nanoseconds, byteCount: step.byteCount)]
    }
  }

  private func describe(_ step: PlanStep) -> String {
    func list(_ slots: [Slot]) -> String {
      slots.map {
        "\($0.elementName)[\($0.descriptor.dims.map(String.init).joined(separator: ","))]\($0.layoutName)"
      }
      .joined(separator: " ")
    }
    return "\(step.name)  \(list(step.reads)) -> \(list(step.writes))"
  }

  func describe() -> String {
    func line(_ step: PlanStep) -> String {
      "\(describe(step))  \(MachineMemory.describe(step.byteCount))"
    }
    let once = prelude.isEmpty ? [] : ["when parameters have changed:"] + prelude.map { "  \(line($0))" }
    return (once + steps.map(line) + ["arena \(MachineMemory.describe(byteCount)), \(steps.count) steps"])
      .joined(
        separator: "\n")
  }
}
