import Foundation

/// What is at the other end of a standard stream.
package struct TerminalTraits: Sendable {
  /// Whether it is a terminal at all.
  package let isTerminal: Bool
  /// Whether it moves its cursor and shows colours: a terminal that is not `TERM=dumb`.
  package let isCapable: Bool
  /// Whether ANSI colours are wanted: a capable terminal, and nobody set `NO_COLOR`.
  package let showsColors: Bool

  /// Looks at a file descriptor.
  package init(descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) {
    isTerminal = isatty(descriptor) == 1
    let term = environment["TERM"] ?? ""
    isCapable = isTerminal && !term.isEmpty && term != "dumb"
    showsColors = isCapable && (environment["NO_COLOR"] ?? "").isEmpty
  }

  /// The terminal's width in columns, or what `COLUMNS` says, or 80.
  package static func columns(of descriptor: Int32 = STDOUT_FILENO) -> Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return presetColumns ?? 80
  }

  /// What `COLUMNS` says, read once: reading the environment takes as long as a small training step.
  private static let presetColumns: Int? = {
    guard let text = ProcessInfo.processInfo.environment["COLUMNS"], let columns = Int(text), columns > 0
    else { return nil }
    return min(columns, 10_000)
  }()
}
