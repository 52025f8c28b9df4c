import Foundation

/// The entries of earlier shells, in a file that only its owner may read: one a line, oldest first.
///
/// Each entry is added as it is made, so that two shells at once both keep theirs.
package struct HistoryFile: Equatable {
  /// How many entries are kept.
  package static let limit = 5_000
  private let path: String

  /// Makes a history in a file; its folder is made when there is something to keep.
  package init(path: String) { self.path = path }

  /// Where history is kept: `$CNNREPL_SHELL_HISTORY`, else under `$XDG_STATE_HOME` or `~/.local/state`; an empty
  /// `CNNREPL_SHELL_HISTORY` keeps none.
  package static func standard(environment: [String: String] = ProcessInfo.processInfo.environment)
    -> HistoryFile?
  {
    if let path = environment["CNNREPL_SHELL_HISTORY"] { return path.isEmpty ? nil : HistoryFile(path: path) }
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return HistoryFile(path: state + "/cnnrepl/history")
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return HistoryFile(path: home + "/.local/state/cnnrepl/history")
  }

  /// The entries, oldest first; none if the file can't be read.
  package func load() -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    let lines = data.split(separator: 10)
    if lines.count > 2 * Self.limit { rewrite(lines.suffix(Self.limit)) }
    return lines.suffix(Self.limit).map { Self.decoded(String(decoding: $0, as: UTF8.self)) }
  }

  /// Adds an entry. A history that can't be written is no reason to stop working: nothing is reported.
  package func append(_ entry: String) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    defer { close(file) }
    fchmod(file, 0o600)
    let line = Array((Self.encoded(entry) + "\n").utf8)
    _ = write(file, line, line.count)
  }

  private func rewrite(_ lines: ArraySlice<Data>) {
    let temporary = "\(path).\(getpid())"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    let bytes = lines.reduce(into: [UInt8]()) { $0 += Array($1) + [10] }
    let isWritten = write(file, bytes, bytes.count) == bytes.count
    close(file)
    if !isWritten || rename(temporary, path) != 0 { unlink(temporary) }
  }

  /// An entry as one line: line feeds as `\n`, backslashes doubled.
  static func encoded(_ entry: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in entry.unicodeScalars {
      switch scalar {
      case "\\": line.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": line.append(contentsOf: "\\n".unicodeScalars)
      default: line.append(scalar)
      }
    }
    return String(line)
  }

  /// The entry that a line stands for.
  static func decoded(_ line: String) -> String {
    var entry = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        entry.append(scalar == "n" ? "\n" : scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        entry.append(scalar)
      }
    }
    return String(entry)
  }
}
