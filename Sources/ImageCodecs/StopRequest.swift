/// How long work on pictures learns, between bands of rows, that it is to stop.
package enum StopRequest {
  /// Throws when somebody asked to stop; whoever runs the work says how to find out. Other threads that help don't see
  /// it.
  @TaskLocal package static var check: (@Sendable () throws -> Void)?

  /// Throws when somebody asked to stop.
  package static func obey() throws { try check?() }

  /// For C code, which leaves its work where this is not 0.
  static let mustStop: @convention(c) () -> Int32 = { (try? obey()) == nil ? 1 : 0 }
}
