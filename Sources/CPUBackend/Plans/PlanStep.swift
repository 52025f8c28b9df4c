import OneDNN
import TensorRuntime
import VectorKernels

/// What a step may use while it runs.
final class RunContext {
  let engine: Engine
  /// How many threads run the step at hand.
  var threads: Int
  let randoms: [Philox]
  let cancellation: CancellationToken?

  init(engine: Engine, threads: Int, randoms: [Philox], cancellation: CancellationToken?) {
    self.engine = engine
    self.threads = threads
    self.randoms = randoms
    self.cancellation = cancellation
  }

  /// How many elements are worked on before an interrupt is looked for: a few milliseconds, and a whole number of what
  /// kernels do at once.
  private static let blockLength = 1 << 22

  /// Has `body` work on elements `first..<last`, one range after the other. Throws `Interrupted`.
  func inBlocks(of count: Int, _ body: (_ first: Int64, _ last: Int64) -> Void) throws {
    for first in stride(from: 0, to: count, by: Self.blockLength) {
      if first > 0 { try cancellation?.check() }
      body(Int64(first), Int64(min(count, first + Self.blockLength)))
    }
  }

  /// Has `body` work on rows of so many elements each, some at a time. Throws `Interrupted`.
  func inBlocks(ofRows rows: Int, length: Int, _ body: (_ first: Int, _ count: Int) -> Void) throws {
    let most = max(1, Self.blockLength / max(1, length))
    for first in stride(from: 0, to: rows, by: most) {
      if first > 0 { try cancellation?.check() }
      body(first, min(most, rows - first))
    }
  }

  /// Sets every element of a place to these bits. Throws `Interrupted`.
  func fill(_ slot: Slot, _ bits: UInt32) throws {
    let bytes = slot.elementType.byteCount
    let start = try slot.address(UInt8.self)
    try inBlocks(of: slot.elementCount) { first, last in
      vk_fill(start + Int(first) * bytes, bits, last - first, Int32(bytes), Int32(threads))
    }
  }
}

/// One thing a plan does.
struct PlanStep {
  /// What it does, as plans print it.
  let name: String
  /// The places it reads.
  let reads: [Slot]
  /// The places it writes.
  let writes: [Slot]
  /// Scratch places nobody else sees.
  var uses: [Slot] = []
  /// How many threads run it: its primitives were made for so many.
  let threads: Int
  /// Does it.
  let run: (RunContext) throws -> Void
  /// Does it, and says how long each of its parts took; nil where it has none.
  var profile: ((RunContext) throws -> [PlanTiming])?

  /// Bytes it reads and writes.
  var byteCount: Int { (reads + writes).reduce(0) { $0 + $1.byteCount } }
}
