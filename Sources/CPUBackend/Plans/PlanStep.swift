import OneDNN
import TensorRuntime

/// What a step may use while it runs.
final class RunContext {
  let engine: Engine
  let threads: Int
  let randoms: [Philox]
  let cancellation: CancellationToken?

  init(engine: Engine, threads: Int, randoms: [Philox], cancellation: CancellationToken?) {
    self.engine = engine
    self.threads = threads
    self.randoms = randoms
    self.cancellation = cancellation
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
  /// Does it.
  let run: (RunContext) throws -> Void

  /// Bytes it reads and writes.
  var byteCount: Int { (reads + writes).reduce(0) { $0 + $1.byteCount } }
}
