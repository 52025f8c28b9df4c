import Synchronization

/// A flag that any thread may raise and that running work looks at between its parts.
package final class CancellationToken: Sendable {
  /// The token of the work that goes on here: what reads or draws much data looks at it without being handed it. Other
  /// threads that help don't see it.
  @TaskLocal package static var current: CancellationToken?

  private let raised = Atomic<Bool>(false)

  /// Makes a token that is not raised.
  package init() {}

  /// Asks the running work to stop; harmless when nothing runs.
  package func cancel() { raised.store(true, ordering: .relaxed) }

  /// Forgets an earlier request, before new work begins.
  package func reset() { raised.store(false, ordering: .relaxed) }

  /// Whether somebody asked to stop.
  package var isCancelled: Bool { raised.load(ordering: .relaxed) }

  /// Throws ``Interrupted`` when somebody asked to stop.
  package func check() throws { if isCancelled { throw Interrupted() } }
}

/// Thrown when work stops because the user asked it to.
package struct Interrupted: Error {
  /// Makes the error.
  package init() {}
}
