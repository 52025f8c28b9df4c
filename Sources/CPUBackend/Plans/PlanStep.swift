import OneDNN
import TensorRuntime

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

  /// Bytes it reads and writes.
  var byteCount: Int { (reads + writes).reduce(0) { $0 + $1.byteCount } }
}
