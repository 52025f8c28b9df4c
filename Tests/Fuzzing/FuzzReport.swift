import HeapStatistics
import TensorRuntime

/// What came of a run of random programs.
package struct FuzzReport {
  /// How many programs ran.
  package var programs = 0
  /// How many of their cells ended with or without a value.
  package var finishedCells = 0
  /// How many ended with an error, found before running or while running.
  package var failedCells = 0
  /// How many took too long and were interrupted.
  package var interruptedCells = 0
  /// The kinds of errors with how often they came.
  package var kinds: [String: Int] = [:]
  /// The first cells that failed, with their errors.
  package var samples: [(seed: Int, cell: String, error: String)] = []
  /// What must not happen.
  package var problems: [String] = []
  /// The functions and methods of the library that ran.
  package var reached: Set<String> = []
  /// Memory at the end of each session.
  package var memory: [MemoryReading] = []
  /// The longest time a program took, in seconds, and its seed.
  package private(set) var slowest = (seconds: 0.0, seed: 0)
  /// The longest time from an interrupt to the end of the program, in seconds, and its seed.
  package private(set) var slowestToStop = (seconds: 0.0, seed: 0)

  mutating func note(seconds: Double, seed: Int) {
    if seconds > slowest.seconds { slowest = (seconds, seed) }
  }

  mutating func note(stopping seconds: Double, seed: Int) {
    if seconds > slowestToStop.seconds { slowestToStop = (seconds, seed) }
  }

  /// How many bytes of memory in use each program left behind after the first two fifths of the run, when all that is made once
  /// has been made (compiled plans, what the runtime of Swift learns of types); `nil` for short runs.
  ///
  /// The lowest readings of two stretches are compared: what a session that is just ending still holds doesn't count.
  package var leakedBytesPerProgram: Double? {
    guard memory.count >= 20, programs >= 5_000 else { return nil }
    let early = memory[(memory.count * 2 / 5)..<(memory.count * 3 / 5)]
    let late = memory[(memory.count * 4 / 5)...]
    guard let low = early.min(by: { $0.heap < $1.heap }), let high = late.min(by: { $0.heap < $1.heap }),
      high.programs > low.programs
    else { return nil }
    return Double(high.heap - low.heap) / Double(high.programs - low.programs)
  }
}

/// How much memory the process has at one time.
package struct MemoryReading {
  /// How many programs had run.
  package var programs: Int
  /// Bytes of the heap in use.
  package var heap: Int
  /// Bytes resident.
  package var resident: Int

  /// Reads them now.
  init(programs: Int) {
    self.programs = programs
    heap = heap_bytes_in_use()
    resident = MemorySurvey().resident()
  }
}
