import Foundation

/// Where a cell's text goes once it has printed more than a notebook can hold.
struct OverflowFile {
  /// How much goes to the file before even that stops.
  private static let fileLimit = 4 << 30
  private let limit: Int
  private var used = 0
  private var file: FileHandle?
  private var isOver = false

  init(limit: Int) { self.limit = limit }

  /// Splits text into what is shown and, at the moment the limit is passed, the notice that says so.
  mutating func admit(_ text: [UInt8]) -> (shown: [UInt8], notice: String?) {
    if isOver {
      keep(text[...])
      return ([], nil)
    }
    let room = limit - used
    used += text.count
    guard text.count > room else { return (text, nil) }
    isOver = true
    let shown = text.prefix(room).dropLast(UTF8Assembler.incompleteTail(of: text.prefix(room)))
    let path = open()
    keep(text.dropFirst(shown.count))
    let size = limit >= 1 << 20 ? "\(limit >> 20) MB" : "\(limit) bytes"
    let rest = path.map { "the rest goes to \($0)" } ?? "the rest is dropped"
    return (
      Array(shown),
      "\n[this cell has printed \(size), which is all that is shown here; \(rest); "
        + "CNNREPL_OUTPUT_LIMIT=BYTES raises the limit]\n"
    )
  }

  private mutating func open() -> String? {
    let path = NSTemporaryDirectory() + "cnnrepl-output-\(getpid())-\(UUID().uuidString.prefix(8)).txt"
    let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    used = 0
    return path
  }

  private mutating func keep(_ text: ArraySlice<UInt8>) {
    guard let file, used < Self.fileLimit else { return }
    used += text.count
    do { try file.write(contentsOf: text) } catch { self.file = nil }
  }
}
