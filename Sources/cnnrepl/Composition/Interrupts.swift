import ArgumentParser
import Foundation
import Synchronization
import TensorRuntime

/// What Ctrl-C does outside the kernel.
enum Interrupts {
  /// How many it takes to end a program that doesn't stop by itself.
  private static let patience = 3

  /// Raises the tokens at each SIGINT (blocked before). A program that was asked three times and still runs ends at
  /// once, unless somebody sits at a prompt whose session must not be lost.
  static func reach(_ tokens: CancellationToken..., endsWhenRepeated: Bool = true) {
    let count = Counter()
    Signals.watch([SIGINT]) { _ in
      for token in tokens { token.cancel() }
      if endsWhenRepeated, count.next() >= patience { _exit(ExitStatus.interrupted.rawValue) }
    }
  }

  private final class Counter: Sendable {
    private let count = Atomic(0)
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
  }
}
