import Foundation
import JSON

/// What was run, this time and earlier: a line of JSON per cell in a file that only its owner can read.
final class History: @unchecked Sendable {
  struct Entry: Equatable {
    var session: Int
    var line: Int
    var source: String
    var output: String?
  }

  /// How much of the file is kept; the oldest lines go first.
  static let fileLimit = 8 << 20
  /// How many entries are held in memory.
  static let countLimit = 20_000
  /// How much of a result is kept.
  static let outputLimit = 4_096

  private let lock = NSLock()
  private let path: String?
  private var entries: [Entry] = []
  private var session = 1
  private var isLoaded = false

  init(path: String?) { self.path = path }

  func store(line: Int, source: String, output: String?) {
    lock.withLock {
      load()
      let kept = output.map { $0.utf8.count <= Self.outputLimit ? $0 : String($0.prefix(Self.outputLimit)) }
      let entry = Entry(session: session, line: line, source: source, output: kept)
      entries.append(entry)
      if entries.count > Self.countLimit { entries.removeFirst(Self.countLimit / 2) }
      if let path { write([entry], to: path, truncating: false) }
    }
  }

  /// The latest `count` entries, oldest first.
  func tail(_ count: Int) -> [Entry] {
    lock.withLock {
      load()
      return Array(entries.suffix(max(0, count)))
    }
  }

  /// Lines `start..<stop` of a session: 0 is this one, -1 the one before.
  func range(session wanted: Int, start: Int, stop: Int?) -> [Entry] {
    lock.withLock {
      load()
      let (sum, overflow) = session.addingReportingOverflow(wanted)
      let number = wanted > 0 ? wanted : overflow ? 0 : sum
      return entries.filter { $0.session == number && $0.line >= start && $0.line < stop ?? .max }
    }
  }

  /// The latest entries that match a pattern of `*` and `?`; with `unique` each source once.
  func search(_ pattern: String, count: Int?, unique: Bool) -> [Entry] {
    lock.withLock {
      load()
      var found: [Entry] = []
      var seen: Set<String> = []
      for entry in entries.reversed() {
        if let count, found.count >= max(0, count) { break }
        guard GlobPattern.matches(pattern, entry.source) else { continue }
        if unique && !seen.insert(entry.source).inserted { continue }
        found.append(entry)
      }
      return found.reversed()
    }
  }

  func close() { lock.withLock { isLoaded = true } }

  /// Reads the file when somebody first needs it, so that it costs nothing at the start.
  private func load() {
    guard !isLoaded else { return }
    isLoaded = true
    guard let path, let data = FileManager.default.contents(atPath: path) else { return }
    for line in data.suffix(Self.fileLimit).split(separator: 0x0A) {
      guard let object = try? JSONValue.parse(Array(line)).objectValue,
        let source = object["source"]?.stringValue,
        let session = object["session"]?.intValue, let line = object["line"]?.intValue
      else { continue }
      entries.append(
        Entry(session: session, line: line, source: source, output: object["output"]?.stringValue))
    }
    session = (entries.map(\.session).max() ?? 0) + 1
    if data.count > Self.fileLimit {
      entries.removeFirst(entries.count / 2)
      let fresh = path + ".\(getpid())"
      write(entries, to: fresh, truncating: true)
      rename(fresh, path)
    }
  }

  private func write(_ entries: [Entry], to path: String, truncating: Bool) {
    var bytes: [UInt8] = []
    for entry in entries {
      var object: JSONObject = [
        "session": .integer(entry.session), "line": .integer(entry.line), "source": .string(entry.source),
      ]
      if let output = entry.output { object["output"] = .string(output) }
      bytes += JSONValue.object(object).serializedBytes() + [0x0A]
    }
    let folder = (path as NSString).deletingLastPathComponent
    if !FileManager.default.fileExists(atPath: folder) {
      try? FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (truncating ? O_TRUNC : O_APPEND)
    let file = open(path, flags, 0o600)
    guard file >= 0 else { return }
    defer { Foundation.close(file) }
    fchmod(file, 0o600)
    _ = bytes.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
  }
}

/// Patterns with `*` for any text and `?` for one character, matched against the whole.
enum GlobPattern {
  static func matches(_ pattern: String, _ text: String) -> Bool {
    let pattern = Array(pattern.unicodeScalars)
    let text = Array(text.unicodeScalars)
    var inPattern = 0
    var inText = 0
    var retry: (pattern: Int, text: Int)?
    while inText < text.count {
      if inPattern < pattern.count, pattern[inPattern] == "*" {
        retry = (inPattern + 1, inText)
        inPattern += 1
      } else if inPattern < pattern.count, pattern[inPattern] == "?" || pattern[inPattern] == text[inText] {
        inPattern += 1
        inText += 1
      } else if let again = retry {
        // The star takes one more character, and the rest is tried from there.
        retry = (again.pattern, again.text + 1)
        inPattern = again.pattern
        inText = again.text + 1
      } else {
        return false
      }
    }
    return pattern[inPattern...].allSatisfy { $0 == "*" }
  }
}
