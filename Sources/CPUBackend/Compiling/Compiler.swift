import OneDNN
import TensorRuntime
import VectorKernels

/// Turns a program into a plan: chooses layouts, fuses, and lists the steps.
///
/// Each value may stand in several layouts; a lowering asks for the one it wants, and a reorder is added only where it
/// is not there yet. Parameters take the layout of the first primitive that reads them.
final class Compiler {
  var program: Program
  let backend: CPUBackend
  let engine: Engine
  /// The places each value stands in, the one it was computed in first.
  private var places: [[Slot]]
  /// Values that are one number everywhere, as a place with one element.
  private var uniforms: [Slot?]
  /// Parameters no primitive has chosen a layout for yet, with their place among the arguments.
  private var undecided: [Int: Int] = [:]
  private(set) var argumentLayouts: [Layout]
  private var argumentSlots: [Int: Slot] = [:]
  private(set) var steps: [PlanStep] = []
  /// Steps that run before the others, and only when parameters have changed.
  private(set) var prelude: [PlanStep] = []
  private var isInPrelude = false
  /// How many threads run the steps that are being added.
  private(set) var threads: Int
  private(set) var slots: [Slot] = []
  private var scalars: [(slot: Slot, elementType: ElementType)] = []
  /// What the passes before lowering found.
  var uses = Uses()
  /// Forward primitives that backward ones need to know.
  var forwards = ForwardRecords()
  /// The parts that run block by block.
  var fewChannels = FewChannelState()

  init(_ program: Program, backend: CPUBackend, engine: Engine) throws {
    self.program = program
    self.backend = backend
    self.engine = engine
    threads = backend.threads
    places = []
    uniforms = []
    argumentLayouts = Array(repeating: .plain, count: program.arguments.count)
  }

  /// Lists all steps and makes the plan.
  func compile() throws -> CPUPlan {
    program.rewrite()
    findFewChannelRegions()
    places = Array(repeating: [], count: program.types.count)
    uniforms = Array(repeating: nil, count: program.types.count)
    uses = Uses(program)
    uses.absorbed = fewChannels.regions.members
    try defineArguments()
    uses.findFusions(program)
    try inPrelude {
      for index in uses.prelude.sorted() where !uses.absorbed.contains(index) { try lower(index) }
    }
    for index in program.instructions.indices where !uses.prelude.contains(index) {
      if try lowerFewChannelRegion(startingAt: index) || uses.absorbed.contains(index) { continue }
      try lower(index)
    }
    let gradientBuffers = try placeGradients()
    try placeResults()
    return try CPUPlan(
      backend: backend, engine: engine, prelude: prelude, steps: steps, slots: slots,
      argumentLayouts: argumentLayouts,
      gradientBuffers: gradientBuffers, scalars: scalars)
  }

  private func defineArguments() throws {
    for (index, argument) in program.arguments.enumerated() {
      let type = program.types[argument.value]
      if argument.kind == .parameter, type.elementType == .float32, type.shape.rank > 1, !type.shape.isEmpty {
        undecided[argument.value] = index
      } else {
        places[argument.value] = [
          add(Slot(try plainDescriptor(type), type.elementType, home: .argument(index)))
        ]
      }
    }
    for value in program.scalars {
      let type = program.types[value]
      let slot = try ownedSlot(TensorType([], type.elementType))
      scalars.append((slot, type.elementType))
      uniforms[value] = slot
    }
  }

  // MARK: Places

  /// Adds a place to the plan.
  @discardableResult
  func add(_ slot: Slot) -> Slot {
    slots.append(slot)
    return slot
  }

  /// A new place for a value, in a layout.
  @discardableResult
  func define(_ value: Int, _ descriptor: MemoryDescriptor) -> Slot {
    let slot = add(Slot(descriptor, program.types[value].elementType))
    places[value].append(slot)
    return slot
  }

  /// A new row-major place for a value.
  @discardableResult
  func definePlain(_ value: Int) throws -> Slot { define(value, try plainDescriptor(program.types[value])) }

  /// Makes a place stand for a value.
  func define(_ value: Int, as slot: Slot) { places[value].append(slot) }

  /// The same bytes under another description.
  func view(_ slot: Slot, _ descriptor: MemoryDescriptor, byteOffset: Int = 0) -> Slot {
    add(Slot(descriptor, slot.elementType, home: .part(of: slot, byteOffset: byteOffset)))
  }

  /// Declares a value to be one number everywhere.
  func defineUniform(_ value: Int, as slot: Slot) { uniforms[value] = slot }

  /// The place of a value that is one number everywhere.
  func uniform(_ value: Int) -> Slot? { uniforms[value] }

  /// The place a value was computed in.
  func primary(_ value: Int) throws -> Slot {
    if let first = places[value].first { return first }
    if undecided[value] != nil {
      return try decide(value, plainDescriptor(program.types[value]))
    }
    if let uniform = uniforms[value] { return try spread(uniform, over: value) }
    throw TensorError("plan", "value \(value) (\(program.types[value])) is used before it is computed")
  }

  /// Has a parameter stand in a layout from now on.
  func decide(_ value: Int, _ descriptor: MemoryDescriptor) throws -> Slot {
    let index = undecided.removeValue(forKey: value) ?? 0
    let slot = add(Slot(descriptor, program.types[value].elementType, home: .argument(index)))
    argumentLayouts[index] = backend.layout(of: descriptor)
    argumentSlots[index] = slot
    places[value].append(slot)
    return slot
  }

  private func spread(_ uniform: Slot, over value: Int) throws -> Slot {
    let slot = try definePlain(value)
    let bytes = slot.elementType.byteCount
    step("fill", reads: [uniform], writes: [slot]) { context in
      let bits =
        bytes == 4
        ? try uniform.address(UInt32.self).pointee : UInt32(try uniform.address(UInt8.self).pointee)
      try context.fill(slot, bits)
    }
    return slot
  }

  /// The value in row-major order.
  func plain(_ value: Int) throws -> Slot {
    let type = program.types[value]
    let wanted = try plainDescriptor(type)
    if let there = places[value].first(where: { $0.descriptor == wanted }) { return there }
    let first = try primary(value)
    if first.descriptor == wanted { return first }
    let rowMajor: Slot
    if first.descriptor.isRowMajor {
      rowMajor = first
    } else {
      rowMajor = try reorder(first, to: try plainDescriptor(first.descriptor.dims, type.elementType))
    }
    let slot = rowMajor.descriptor == wanted ? rowMajor : view(rowMajor, wanted)
    places[value].append(slot)
    return slot
  }

  /// The value in a layout; its lengths may be another reading of the same row-major numbers (groups, flattening).
  func place(_ value: Int, like descriptor: MemoryDescriptor) throws -> Slot {
    if let there = places[value].first(where: { $0.descriptor == descriptor }) { return there }
    // Parameters stand in float32, whatever they are rounded to for one who reads them.
    if undecided[value] != nil, !descriptor.isBFloat16 { return try decide(value, descriptor) }
    let first = try primary(value)
    if first.descriptor == descriptor { return first }
    var source = first
    if first.descriptor.dims != descriptor.dims {
      source = view(try plain(value), try plainDescriptor(descriptor.dims, first.elementType))
      if source.descriptor == descriptor {
        places[value].append(source)
        return source
      }
    }
    let slot = try reorder(source, to: descriptor)
    places[value].append(slot)
    return slot
  }

  /// Whether a parameter has no layout yet.
  func isUndecided(_ value: Int) -> Bool { undecided[value] != nil }

  /// Whether a place is this value's alone, in memory that comes and goes.
  func isAlone(_ value: Int, in slot: Slot) -> Bool {
    guard case .arena = slot.home, !uses.leaving.contains(value) else { return false }
    return !places.indices.contains { other in
      other != value && places[other].contains { $0.root === slot }
    }
  }

  /// Lets go of a value's places, because its numbers are about to be overwritten and nobody reads them any more.
  func forget(_ value: Int) { places[value] = [] }

  /// Whether a value stands in a layout already.
  func stands(_ value: Int, in descriptor: MemoryDescriptor) -> Bool {
    places[value].contains { $0.descriptor == descriptor }
  }

  func reorder(_ source: Slot, to descriptor: MemoryDescriptor) throws -> Slot {
    let target = add(Slot(descriptor, source.elementType))
    try primitive(
      "reorder", .reorder(engine, from: source.descriptor, to: descriptor),
      reads: [(.source, source)], writes: [(.destination, target)])
    return target
  }

  // MARK: Steps

  /// Adds a step; `uses` are places for scratch numbers.
  func step(
    _ name: String, reads: [Slot], writes: [Slot], uses: [Slot] = [],
    profile: ((RunContext) throws -> [PlanTiming])? = nil, _ run: @escaping (RunContext) throws -> Void
  ) {
    let step = PlanStep(
      name: name, reads: reads, writes: writes, uses: uses, threads: threads, run: run, profile: profile)
    if isInPrelude { prelude.append(step) } else { steps.append(step) }
  }

  /// Adds the steps of `body` to those that run only when parameters have changed. It may read parameters, given
  /// numbers and what other such steps wrote.
  func inPrelude<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = isInPrelude
    isInPrelude = true
    defer { isInPrelude = before }
    return try body()
  }

  /// Has the steps that `body` adds run on so many threads, and their primitives made for them.
  func onThreads<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
    let before = threads
    func use(_ count: Int) {
      threads = count
      backend.use(threads: count)
    }
    use(count)
    defer { use(before) }
    return try body()
  }

  /// Adds a step that runs a primitive.
  func primitive(
    _ name: String, _ description: PrimitiveDescription, reads: [(ArgumentRole, Slot)],
    writes: [(ArgumentRole, Slot)]
  ) throws {
    try primitive(
      name, description, numbered: reads.map { ($0.number, $1) }, writes: writes.map { ($0.number, $1) })
  }

  /// Adds a step that runs a primitive, with the library's numbers for arguments.
  func primitive(
    _ name: String, _ description: PrimitiveDescription, numbered reads: [(Int32, Slot)],
    writes: [(Int32, Slot)]
  ) throws {
    let primitive = try description.primitive()
    let scratchpad = description.scratchpad
    let uses =
      scratchpad.byteCount > 0
      ? [(ArgumentRole.scratchpad.number, add(Slot(scratchpad, .uint8)))] : []
    let arguments = try (reads + writes + uses).map { argument($0.0, try $0.1.libraryMemory(engine)) }
    step(name, reads: reads.map(\.1), writes: writes.map(\.1), uses: uses.map(\.1)) { context in
      do {
        try primitive.run(arguments, engine: context.engine)
      } catch let error as OneDNNError {
        throw TensorError(name, "\(error)")
      }
    }
  }
}
