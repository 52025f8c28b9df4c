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
    /// Memory of each thread's own that only one value uses.
    case reserved(Slot, step: Int)
  }
  let compiler: Compiler
  let images: Int
  /// The images of a block.
  let blockImages: Int
  let first: Int
  let members: [Int]
  private var memories: [Memory] = []
  var values: [Int: LaneValue] = [:]
  private var slotMemories: [ObjectIdentifier: Int] = [:]
  private var ops: [vk_lane_op] = []
  /// What each operation does, as profiles print it.
  private var names: [String] = []
  /// What the member at hand does.
  var memberName = ""
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
    for member in members where !absorbed.contains(member) {
      memberName = program.instructions[member].operation.name
      try lower(member)
    }
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

  /// Memory of each thread's own.
  func scratch(_ count: Int) -> Int { add(.scratch(count: count, first: Int.max, last: -1)) }

  /// The same, zeros in the beginning, for one value alone: what is never written stays zero.
  func cleared(_ count: Int) throws -> Int {
    let step = (count + 15) & ~15
    let slot = try compiler.ownedSlot(TensorType([step * compiler.backend.threads]))
    writes.append(slot)
    return add(.reserved(slot, step: step))
  }

  /// The only place after its memory.
  func start(_ memory: Int) -> vk_lane_place { vk_lane_place(slot: Int64(memory), offset: 0) }

  /// Numbers all images share: weights, a bias.
  func shared(_ value: Int) throws -> vk_lane_place {
    start(memory(of: try compiler.plain(value), isWritten: false))
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
    names.append(op.name ?? memberName)
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
      case .reserved(let slot, let step): RegionMemory(slot: slot, threadStep: step)
      }
    }
    for piece in pieces { tables[piece.memory].offset = piece.offset }
    let step = RegionStep(
      packs: packs, ops: ops, names: names, products: products, sums: sums, checks: checks, memories: tables,
      images: images, blockImages: blockImages, threads: threads,
      instructionSet: compiler.backend.fewChannelLimits?.instructionSet ?? .widest)
    compiler.step(
      "few channels (\(ops.count) operations on \(blocks) blocks)", reads: reads, writes: writes + [own],
      profile: step.profile, step.run)
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

  /// What it does beside what a member of the region is named for.
  fileprivate var name: String? {
    switch vk_lane_kind(rawValue: UInt32(kind)) {
    case VK_LANE_LOAD: "images into lanes"
    case VK_LANE_STORE: "lanes into images"
    case VK_LANE_BORDER: "zeros around images"
    case VK_LANE_BIAS: "biasGradient"
    default: nil
    }
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
