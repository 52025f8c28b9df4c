import Foundation
import Interpreter
import TensorRuntime

/// Entries read as lines, from a pipe or from a terminal that can't move its cursor.
package final class PlainEntries: EntrySource {
  private let reader: LineReader
  private let showsPrompt: Bool

  /// Makes a source that reads standard input; a prompt is shown to a terminal only.
  package init(interruption: CancellationToken) {
    reader = LineReader(descriptor: STDIN_FILENO, interruption: interruption)
    showsPrompt = isatty(STDIN_FILENO) == 1
  }

  package var echoesInterrupts: Bool { showsPrompt }

  package func next(number: Int) -> Entry {
    var lines: [String] = []
    while true {
      prompt(lines.isEmpty ? "[\(number)]> " : "...> ")
      switch reader.next() {
      case .cancelled:
        if showsPrompt { prompt("\n") }
        return .cancelled
      case .end:
        if showsPrompt { prompt("\n") }
        return lines.isEmpty ? .end : .text(lines.joined(separator: "\n"))
      case .text(let line):
        if lines.isEmpty && line.allSatisfy(\.isWhitespace) { continue }
        lines.append(line)
        if isWhole(lines) { return .text(lines.joined(separator: "\n")) }
      }
    }
  }

  private func isWhole(_ lines: [String]) -> Bool {
    if case .incomplete = Session.completeness(of: lines.joined(separator: "\n")) { return false }
    // Somebody typing is answered at once; in a program the next line may go on with what could have ended here.
    guard !showsPrompt, let following = reader.peek() else { return true }
    return !continuesEntry(following)
  }

  private func prompt(_ text: String) {
    guard showsPrompt else { return }
    fputs(text, stdout)
    fflush(stdout)
  }
}

/// Whether a line can't begin an entry and so belongs to the one before it.
package func continuesEntry(_ line: String) -> Bool {
  let text = line.drop { $0 == " " || $0 == "\t" }
  if text.hasPrefix("|>") || text.hasPrefix("&&") || text.hasPrefix("||") || text.hasPrefix("??") {
    return true
  }
  if text.first == ".", text.dropFirst().first?.isLetter == true { return true }
  let word = text.prefix { $0.isLetter }
  return word == "else" || word == "catch"
}
