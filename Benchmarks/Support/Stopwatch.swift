import Foundation

/// Measures how long something takes.
package struct Stopwatch {
  /// How many threads what is measured uses; with one, the processor's time counts, which others hardly disturb.
  package let threads: Int

  /// Makes a stopwatch for so many threads.
  package init(threads: Int) { self.threads = threads }

  private var now: Double {
    var time = timespec()
    clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Seconds of one run: the median of some rounds.
  package func seconds(_ body: () throws -> Void) rethrows -> Double {
    try body()
    try body()
    var rounds: [Double] = []
    for _ in 0..<5 {
      var runs = 0
      let start = now
      repeat {
        try body()
        runs += 1
      } while now - start < 0.15
      rounds.append((now - start) / Double(runs))
    }
    return rounds.sorted()[2]
  }
}
