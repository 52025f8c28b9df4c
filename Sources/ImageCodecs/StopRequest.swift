/// How long work on pictures learns, between bands of rows, that it is to stop.
package final class StopRequest: Sendable {
  /// What the work under way asks; other threads that help don't see it.
  @TaskLocal package static var current: StopRequest?
  private let check: @Sendable () throws -> Void

  /// Says how to find out: `check` throws when somebody asked to stop.
  package init(_ check: @escaping @Sendable () throws -> Void) { self.check = check }

  /// Throws when somebody asked to stop.
  package static func obey() throws { try current?.check() }

  /// For C code, which leaves its work where this is not 0.
  static let mustStop: @convention(c) () -> Int32 = { (try? obey()) == nil ? 1 : 0 }
}
