import Foundation

/// The program on a terminal of its own, with somebody typing.
final class PseudoTerminal {
  private let master: Int32
  private let process = Process()
  private let files: Scratch
  /// What it answers when it is asked who is there, as terminals do.
  private let identity: String
  /// Everything the terminal was sent so far.
  private(set) var screen = ""

  // The ioctls behind unlockpt and ptsname, none of which Swift sees: TIOCSPTLCK and TIOCGPTN.
  private static let unlock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430

  private struct Failure: Error {
    let what: String
  }

  /// Starts the program on a terminal of 80 columns and 24 rows.
  init(
    _ arguments: String..., term: String = "xterm-256color", identity: String = "\u{1b}[?62;22c",
    files: Scratch
  ) throws {
    self.files = files
    self.identity = identity
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var number: Int32 = 0
    var unlocked: Int32 = 0
    guard master >= 0, ioctl(master, Self.unlock, &unlocked) == 0,
      ioctl(master, Self.getNumber, &number) == 0
    else {
      throw Failure(what: "there are no pseudo-terminals")
    }
    let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(slave, UInt(TIOCSWINSZ), &size)
    let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
    process.arguments = ["--ctty", "--wait", ProgramRun.program.path] + arguments
    process.currentDirectoryURL = files.url
    process.environment = [
      "TERM": term, "HOME": files.url.path, "LANG": "C", "PATH": "/usr/bin:/bin",
      "CNNREPL_SHELL_HISTORY": files.url.path + "/history",
    ]
    process.standardInput = handle
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    try? handle.close()
  }

  deinit {
    if process.isRunning { process.terminate() }
    close(master)
  }

  /// Types.
  func type(_ keys: String) {
    let bytes = Array(keys.utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Types after the terminal shows `prompt`, and returns what it shows until `end` then.
  func type(_ keys: String, after prompt: String, until end: String) throws -> String {
    try wait(for: prompt)
    type(keys)
    return try wait(for: end)
  }

  /// Waits until what is shown since the last wait has this text, and returns it.
  @discardableResult
  func wait(for text: String) throws -> String {
    while true {
      if let found = screen.range(of: text, range: position..<screen.endIndex) {
        let shown = String(screen[position..<found.upperBound])
        positionOffset = screen.utf8.distance(from: screen.startIndex, to: found.upperBound)
        return shown
      }
      guard fill() else {
        throw Failure(
          what: "the terminal never showed \(text.debugDescription), it showed \(screen.debugDescription)")
      }
    }
  }

  /// Waits until the program has ended, and returns its status; -1 when it doesn't end.
  func status() -> Int32 {
    while fill() {}
    for _ in 0..<1_000 where process.isRunning { usleep(10_000) }
    guard !process.isRunning else { return -1 }
    return process.terminationStatus
  }

  private var positionOffset = 0
  private var position: String.Index { screen.utf8.index(screen.startIndex, offsetBy: positionOffset) }
  private var bytes: [UInt8] = []

  /// Reads what comes; false when nothing more will, or nothing has for so long that nothing will.
  private func fill() -> Bool {
    var wait = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, 20_000) > 0 else { return false }
    var chunk = [UInt8](repeating: 0, count: 4_096)
    let count = read(master, &chunk, chunk.count)
    guard count > 0 else { return false }
    bytes += chunk[..<count]
    if String(decoding: chunk[..<count], as: UTF8.self).contains("\u{1b}[c") { type(identity) }
    screen = String(decoding: bytes, as: UTF8.self)
    return true
  }
}
