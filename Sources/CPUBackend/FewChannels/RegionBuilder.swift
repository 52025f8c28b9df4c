import OneDNN
import TensorRuntime
import VectorKernels

/// Lists the operations of one region, and where their operands are.
final class RegionBuilder {
  /// Memory the operations use.
  private enum Memory {
    /// A place of the plan, and the floats between one block's part and the next's.
    case slot(Slot, blockStep: Int)
    /// A place of the plan with a part for each chunk.
    case chunks(Slot, step: Int)
    /// Memory of each thread's own, used from one operation to another.
    case scratch(count: Int, first: Int, last: Int)
  }
  let compiler: Compiler
  let images: Int
  /// The images of a block.
  let blockImages: Int
  private let first: Int
  let members: [Int]
  private var memories: [Memory] = []
  private var values: [Int: LaneValue] = [:]
  private var slotMemories: [ObjectIdentifier: Int] = [:]
  private var ops: [vk_lane_op] = []
  private var packs: [vk_lane_pack] = []
  private var products: [vk_lane_product] = []
  private var sums: [vk_lane_sum] = []
  /// What is looked at before the region runs.
  var checks: [ClassCheck] = []
  private var reads: [Slot] = []
  private var writes: [Slot] = []
  /// Members another one does along the way.
  var absorbed: Set<Int> = []

  init(_ compiler: Compiler, first: Int, region: FewChannelRegions.Region) {
    self.compiler = compiler
    self.first = first
    images = region.images
    blockImages = FewChannelLimits.blockImages(for: images)
    members = region.members
  }

  var program: Program { compiler.program }

  /// Adds the region to the plan as one step.
  func build() throws {
    for member in members where !absorbed.contains(member) { try lower(member) }
    try finish()
  }

  // MARK: Operands

  /// How many blocks the images take.
  var blocks: Int { (images + blockImages - 1) / blockImages }

  private func add(_ memory: Memory) -> Int {
    memories.append(memory)
    return memories.count - 1
  }

  /// A place of the plan as memory of the region.
  func memory(of slot: Slot, blockStep: Int = 0, isWritten: Bool) -> Int {
    if isWritten { writes.append(slot) } else { reads.append(slot) }
    if let known = slotMemories[ObjectIdentifier(slot)] { return known }
    let made = add(.slot(slot, blockStep: blockStep))
    slotMemories[ObjectIdentifier(slot)] = made
    return made
  }

  /// Memory that keeps so many floats of each block.
  func memoryOfAllBlocks(_ count: Int) throws -> Int {
    memory(of: try compiler.scratch(count * blocks), blockStep: count, isWritten: true)
  }

  /// Whether a product of all blocks reads a value.
  private func isMultiplied(_ value: Int) -> Bool {
    (compiler.uses.readers[value] ?? []).contains {
      program.instructions[$0].operation is DenseWeightGradient && program.instructions[$0].inputs[1] == value
    }
  }

  /// Memory of each thread's own.
  func scratch(_ count: Int) -> Int { add(.scratch(count: count, first: Int.max, last: -1)) }

  /// The only place after its memory.
  func start(_ memory: Int) -> vk_lane_place { vk_lane_place(slot: Int64(memory), offset: 0) }

  /// Numbers all images share: weights, a bias.
  func shared(_ value: Int) throws -> vk_lane_place {
    start(memory(of: try compiler.plain(value), isWritten: false))
  }

  /// A value in lanes: as it was computed, or brought there.
  func lanes(_ value: Int) throws -> LaneValue {
    if let known = values[value] { return known }
    if let (slot, shape) = compiler.fewChannels.kept[value] {
      let known = LaneValue(memory: memory(of: slot, blockStep: shape.count, isWritten: false), shape: shape)
      values[value] = known
      return known
    }
    let made = try target(value)
    let source = try compiler.plain(value)
    var op = vk_lane_op(VK_LANE_LOAD)
    op.x = start(
      memory(of: source, blockStep: made.shape.features * blockImages, isWritten: false))
    op.y = made.place()
    op.setExtent(made.shape)
    op.y_steps = made.shape.steps
    op.image_step = Int64(made.shape.features)
    append(op)
    return made
  }

  /// How a value is arranged.
  private func shape(of value: Int) -> LaneShape {
    LaneShape(program.types[value].shape, images: blockImages, border: compiler.fewChannels.borders[value])
  }

  /// A value, and what other shapes of it share its memory: it needs to be where any of them is wanted.
  private func shapes(of value: Int) -> [Int] {
    guard shape(of: value).isCompact else { return [value] }
    let others = (compiler.uses.readers[value] ?? []).filter {
      members.contains($0) && program.instructions[$0].operation is Reshape
        && shape(of: program.instructions[$0].outputs[0]).isCompact
    }
    return [value] + others.flatMap { shapes(of: program.instructions[$0].outputs[0]) }
  }

  /// Another shape of a value without borders, which is the same memory.
  func reshape(_ value: Int, to output: Int) -> Bool {
    guard let x = values[value], x.shape.isCompact, shape(of: output).isCompact else { return false }
    values[output] = LaneValue(memory: x.memory, shape: shape(of: output))
    if let (slot, _) = compiler.fewChannels.kept[value] {
      compiler.fewChannels.kept[output] = (slot, shape(of: output))
    }
    return true
  }

  /// A new value in lanes, with its border cleared; kept for products and for other regions that read it.
  func target(_ value: Int) throws -> LaneValue {
    let shape = shape(of: value)
    let shapes = shapes(of: value)
    let made: LaneValue
    if shapes.contains(where: { compiler.isRead($0, outside: first) }) {
      let slot = try compiler.scratch(shape.count * blocks)
      compiler.fewChannels.kept[value] = (slot, shape)
      made = LaneValue(memory: memory(of: slot, blockStep: shape.count, isWritten: true), shape: shape)
    } else if shapes.contains(where: isMultiplied) {
      made = LaneValue(memory: try memoryOfAllBlocks(shape.count), shape: shape)
    } else {
      made = LaneValue(memory: scratch(shape.count), shape: shape)
    }
    values[value] = made
    clearBorder(made)
    return made
  }

  private func clearBorder(_ value: LaneValue) {
    let border = value.shape.border
    guard !border.isEmpty else { return }
    var op = vk_lane_op(VK_LANE_BORDER)
    op.y = value.place(row: -border.top, column: -border.left)
    op.y_steps = value.shape.steps
    op.setExtent(value.shape)
    op.before = (Int64(border.top), Int64(border.left))
    op.after = (Int64(border.bottom), Int64(border.right))
    append(op)
  }

  /// Writes a value for those who read it as images in row-major order.
  func deliver(_ value: Int) throws {
    guard compiler.isReadPlain(value), let source = values[value] else { return }
    let slot = try compiler.definePlain(value)
    let features = source.shape.features
    store(
      source, to: start(memory(of: slot, blockStep: features * blockImages, isWritten: true)),
      imageStep: features)
  }

  /// Adds an operation that writes a value as images.
  func store(_ source: LaneValue, to place: vk_lane_place, imageStep: Int) {
    var op = vk_lane_op(VK_LANE_STORE)
    op.x = source.place()
    op.y = place
    op.x_steps = source.shape.steps
    op.setExtent(source.shape)
    op.image_step = Int64(imageStep)
    append(op)
  }

  /// Whether a value can be read now: it was computed already, or comes from outside.
  func isThere(_ value: Int) -> Bool {
    values[value] != nil || compiler.fewChannels.regions.home[value] != first
  }

  /// The member that alone reads a value, where it may be done together with what computes it.
  func partner(of value: Int) -> Int? {
    guard let reader = compiler.uses.onlyReader(of: value), members.contains(reader) else { return nil }
    return reader
  }

  // MARK: Operations

  /// Adds an operation that every block goes through.
  func append(_ op: vk_lane_op) {
    for place in [op.x, op.w, op.y, op.z, op.bias, op.scratch] where place.slot >= 0 {
      guard case .scratch(let count, let first, let last) = memories[Int(place.slot)] else { continue }
      memories[Int(place.slot)] = .scratch(
        count: count, first: min(first, ops.count), last: max(last, ops.count))
    }
    ops.append(op)
    if op.w.slot >= 0, ops.dropLast().contains(where: { $0.w.slot == op.w.slot && $0.kind == op.kind }) {
      ops[ops.count - 1].is_again = 1
    }
  }

  /// Has weights put in order for the kernels before the blocks run: `outputs` are tiled, two nested loops walk taps.
  func pack(
    _ weights: vk_lane_place, outputs: Int, outputStep: Int, counts: (Int, Int), steps: (Int, Int)
  ) throws -> vk_lane_place {
    let slot = try compiler.scratch(outputs * counts.0 * counts.1)
    var pack = vk_lane_pack()
    pack.x = weights
    pack.y = start(memory(of: slot, isWritten: true))
    pack.outputs = Int64(outputs)
    pack.output_step = Int64(outputStep)
    pack.counts = (Int64(counts.0), Int64(counts.1))
    pack.steps = (Int64(steps.0), Int64(steps.1))
    add(pack)
    return pack.y
  }

  /// Has weights put in order before the blocks run.
  func add(_ pack: vk_lane_pack) { packs.append(pack) }

  /// Has a product of all blocks computed behind them.
  func add(_ product: vk_lane_product) { products.append(product) }

  /// A place where each chunk of blocks sums up a gradient of `rows` × `columns`, added up behind the blocks.
  func sum(_ value: Int, rows: Int, columns: Int, rowLength: Int) throws -> vk_lane_place {
    let chunks = Int(vk_lane_chunks(Int64(blocks)))
    let count = (rows * rowLength + 15) & ~15
    let partial = try compiler.scratch(count * chunks)
    writes.append(partial)
    var sum = vk_lane_sum()
    sum.x = start(add(.chunks(partial, step: count)))
    sum.y = start(memory(of: try compiler.definePlain(value), isWritten: true))
    sum.rows = Int64(rows)
    sum.columns = Int64(columns)
    sum.row_length = Int64(rowLength)
    sums.append(sum)
    return sum.x
  }

  // MARK: The step

  private func finish() throws {
    // Like the plan's arena: what is used at the same time gets different places.
    var pieces: [(memory: Int, count: Int, first: Int, last: Int, offset: Int)] = []
    for (index, memory) in memories.enumerated() {
      if case .scratch(let count, let first, let last) = memory, last >= 0 {
        pieces.append((index, (count + 15) & ~15, first, last, 0))
      }
    }
    pieces.sort { $0.count == $1.count ? $0.memory < $1.memory : $0.count > $1.count }
    var total = 0
    for index in pieces.indices {
      let rivals = pieces[..<index].filter {
        $0.first <= pieces[index].last && pieces[index].first <= $0.last
      }
      var offset = 0
      for rival in rivals.sorted(by: { $0.offset < $1.offset })
      where offset + pieces[index].count > rival.offset {
        offset = max(offset, rival.offset + rival.count)
      }
      pieces[index].offset = offset
      total = max(total, offset + pieces[index].count)
    }
    let threads = compiler.backend.threads
    let own = try compiler.scratch(max(16, total) * threads)
    var tables: [RegionMemory] = memories.map { memory in
      switch memory {
      case .slot(let slot, let step): RegionMemory(slot: slot, blockStep: step)
      case .chunks(let slot, let step): RegionMemory(slot: slot, chunkStep: step)
      case .scratch: RegionMemory(slot: own, threadStep: total)
      }
    }
    for piece in pieces { tables[piece.memory].offset = piece.offset }
    let step = RegionStep(
      packs: packs, ops: ops, products: products, sums: sums, checks: checks, memories: tables,
      images: images,
      blockImages: blockImages, threads: threads,
      instructionSet: compiler.backend.fewChannelLimits?.instructionSet ?? .widest)
    compiler.step(
      "few channels (\(ops.count) operations on \(blocks) blocks)", reads: reads, writes: writes + [own],
      step.run)
  }
}

extension vk_lane_op {
  /// An operation of a kind, with no operands yet.
  init(_ kind: vk_lane_kind) {
    self.init()
    self.kind = Int32(kind.rawValue)
    function = Int32(VK_COPY.rawValue)
    let none = vk_lane_place(slot: -1, offset: 0)
    (x, w, y, z, bias, scratch) = (none, none, none, none, none, none)
    taps = (1, 1, 1)
  }

  /// Says what is computed.
  mutating func setExtent(channels: Int, rows: Int, columns: Int) {
    (outputs, self.rows, self.columns) = (Int64(channels), Int64(rows), Int64(columns))
  }

  /// Has all of a value computed.
  mutating func setExtent(_ shape: LaneShape) {
    setExtent(channels: shape.channels, rows: shape.height, columns: shape.width)
  }
}
