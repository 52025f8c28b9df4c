import TensorRuntime
import VectorKernels

/// A place of the plan as the kernels are told of it.
struct RegionMemory {
  let slot: Slot
  /// Floats between the parts of blocks, threads and chunks.
  var blockStep = 0
  var threadStep = 0
  var chunkStep = 0
  /// Floats before the part that is meant.
  var offset = 0
}

/// Runs a region: all blocks of images through all its operations.
final class RegionStep {
  private let packs: [vk_lane_pack]
  private let ops: [vk_lane_op]
  private let names: [String]
  private let products: [vk_lane_product]
  private let sums: [vk_lane_sum]
  private let checks: [ClassCheck]
  private let memories: [RegionMemory]
  private let images: Int
  private let blockImages: Int
  private let threads: Int
  private let instructionSet: FewChannelLimits.InstructionSet

  init(
    packs: [vk_lane_pack], ops: [vk_lane_op], names: [String], products: [vk_lane_product],
    sums: [vk_lane_sum],
    checks: [ClassCheck], memories: [RegionMemory], images: Int, blockImages: Int, threads: Int,
    instructionSet: FewChannelLimits.InstructionSet
  ) {
    self.packs = packs
    self.ops = ops
    self.names = names
    self.products = products
    self.sums = sums
    self.checks = checks
    self.memories = memories
    self.images = images
    self.blockImages = blockImages
    self.threads = threads
    self.instructionSet = instructionSet
  }

  /// Runs it on at most as many threads as it has memory for; throws ``Interrupted`` where asked to stop, and a
  /// `TensorError` for a class number out of range.
  func run(_ context: RunContext) throws { try run(context, times: nil) }

  /// Runs it, and says how long each operation took, packing, products and sums, and waiting for other threads: parts of
  /// the time from beginning to end, which threads spend on different operations. Bytes are those of images and weights:
  /// all else stays in the cache.
  func profile(_ context: RunContext) throws -> [PlanTiming] {
    let team = max(1, min(threads, context.threads))
    let count = ops.count + VK_LANE_TIMED
    var times = [Int64](repeating: 0, count: team * count)
    let clock = ContinuousClock()
    let (seconds, attoseconds) = try clock.measure {
      try times.withUnsafeMutableBufferPointer { try run(context, times: $0.baseAddress) }
    }.components
    var rest = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    func timing(_ part: Int, _ text: String, byteCount: Int = 0) -> PlanTiming {
      let time = (0..<team).reduce(0) { $0 + times[$1 * count + part] } / Int64(team)
      rest -= time
      return PlanTiming(operation: text, nanoseconds: UInt64(max(0, time)), byteCount: byteCount)
    }
    var timings = ops.indices.map { index in
      let op = ops[index]
      let elements = Int(op.outputs * op.rows * op.columns) * images
      let isMoved = op.kind == Int32(VK_LANE_LOAD.rawValue) || op.kind == Int32(VK_LANE_STORE.rawValue)
      return timing(
        index, "\(names[index])  float32[\(images),\(op.outputs),\(op.rows),\(op.columns)]",
        byteCount: isMoved ? 4 * elements : 0)
    }
    let others = [
      (VK_LANE_TIMED_PACKS, packs.count, "weights in order"),
      (VK_LANE_TIMED_PRODUCTS, products.count, "denseWeightGradient"),
      (VK_LANE_TIMED_SUMS, sums.count, "sums of gradients"),
    ]
    for (part, things, name) in others where things > 0 {
      timings.append(timing(ops.count + Int(part), name))
    }
    timings.append(
      PlanTiming(operation: "waiting for threads", nanoseconds: UInt64(max(0, rest)), byteCount: 0))
    return timings
  }

  private func run(_ context: RunContext, times: UnsafeMutablePointer<Int64>?) throws {
    for check in checks { try check.run() }
    let slots = try memories.map { memory in
      vk_lane_slot(
        base: try memory.slot.address(Float.self) + memory.offset, block_step: Int64(memory.blockStep),
        thread_step: Int64(memory.threadStep), chunk_step: Int64(memory.chunkStep))
    }
    var region = vk_lane_region()
    region.pack_count = Int32(packs.count)
    region.op_count = Int32(ops.count)
    region.product_count = Int32(products.count)
    region.sum_count = Int32(sums.count)
    region.images = Int64(images)
    region.block_images = Int64(blockImages)
    region.instruction_set = Int32(instructionSet.rawValue)
    region.times = times
    if let token = context.cancellation {
      region.cancellation = Unmanaged.passUnretained(token).toOpaque()
      region.is_cancelled = { token in
        guard let token else { return 0 }
        return Unmanaged<CancellationToken>.fromOpaque(token).takeUnretainedValue().isCancelled ? 1 : 0
      }
    }
    let isCancelled = packs.withUnsafeBufferPointer { packs in
      region.packs = packs.baseAddress
      return ops.withUnsafeBufferPointer { ops in
        region.ops = ops.baseAddress
        return products.withUnsafeBufferPointer { products in
          region.products = products.baseAddress
          return sums.withUnsafeBufferPointer { sums in
            region.sums = sums.baseAddress
            return slots.withUnsafeBufferPointer { slots in
              region.slots = slots.baseAddress
              return withExtendedLifetime(context) {
                vk_lane_run(&region, Int32(min(threads, context.threads)))
              }
            }
          }
        }
      }
    }
    if isCancelled != 0 { throw Interrupted() }
  }
}
