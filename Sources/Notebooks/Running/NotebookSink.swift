import Interpreter
import JSON

/// Collects what the cells of a notebook show as nbformat outputs, cell by cell.
final class NotebookSink: OutputSink {
  let capabilities = SinkCapabilities(
    progress: .log, columns: 100, showsPictures: true, colors: false, canAsk: false)

  /// One output, and the name under which a later cell may replace it.
  private struct Entry {
    enum Content {
      case stream(StandardStream, String)
      case shown(JSONValue)
    }
    var content: Content
    var displayID: String?
  }

  private var entries: [[Entry]]
  private var current = 0
  private var clearsBeforeNext = false
  /// How much text the current cell has printed, in bytes.
  private var printed = 0
  /// How much of it is kept: more would make a notebook that nobody can open.
  private static let printLimit = 16 << 20
  /// Hears what is printed while it is printed.
  private let echo: (String) -> Void

  /// Makes a sink for a notebook of so many cells.
  init(cellCount: Int, echo: @escaping (String) -> Void) {
    entries = Array(repeating: [], count: cellCount)
    self.echo = echo
  }

  /// Directs what follows to a cell.
  func begin(cell: Int) {
    current = cell
    clearsBeforeNext = false
    printed = 0
  }

  /// What a cell has shown so far; updates of its displays by later cells included.
  func outputs(ofCell cell: Int) -> [JSONValue] {
    entries[cell].map {
      switch $0.content {
      case .stream(let stream, let text): return CellOutput.stream(stream, text)
      case .shown(let value): return value
      }
    }
  }

  /// Adds an output that a front end rather than the program makes: a result, an error.
  func append(_ output: JSONValue) {
    clearIfAsked()
    entries[current].append(Entry(content: .shown(output)))
  }

  func write(_ text: String, to stream: StandardStream) {
    guard !text.isEmpty else { return }
    echo(text)
    clearIfAsked()
    guard printed < Self.printLimit else { return }
    printed += text.utf8.count
    keep(text, of: stream)
    if printed >= Self.printLimit {
      keep("\n[the cell printed more than \(Self.printLimit >> 20) MB; the rest is left out]\n", of: .stderr)
    }
  }

  func log(_ text: String) { echo(text) }

  private func keep(_ text: String, of stream: StandardStream) {
    // Taking the last entry out before appending keeps its text unshared: many small pieces cost linear time.
    if case .stream(stream, var whole)? = entries[current].last?.content {
      entries[current].removeLast()
      whole += text
      entries[current].append(Entry(content: .stream(stream, whole)))
    } else {
      entries[current].append(Entry(content: .stream(stream, text)))
    }
  }

  func display(_ bundle: MIMEBundle, id: String?) {
    clearIfAsked()
    entries[current].append(Entry(content: .shown(CellOutput.display(bundle)), displayID: id))
  }

  func update(_ bundle: MIMEBundle, id: String) {
    let output = CellOutput.display(bundle)
    for cell in entries.indices {
      for index in entries[cell].indices where entries[cell][index].displayID == id {
        entries[cell][index].content = .shown(output)
      }
    }
  }

  func clear(wait: Bool) {
    clearsBeforeNext = wait
    if !wait { forget() }
  }

  func ask(prompt: String, hidden: Bool) throws -> String {
    throw InputUnavailable(
      "a notebook run headless has nobody to answer", fix: "make it a parameter: -p NAME=VALUE")
  }

  private func clearIfAsked() {
    guard clearsBeforeNext else { return }
    clearsBeforeNext = false
    forget()
  }

  private func forget() {
    entries[current] = []
    printed = 0
  }
}
