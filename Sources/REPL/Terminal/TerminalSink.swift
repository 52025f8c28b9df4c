import Foundation
import Interpreter
import TensorRuntime

/// Shows a session's output on the standard streams: a terminal, a pipe or a file.
package final class TerminalSink: OutputSink {
  private let output = TerminalTraits(descriptor: STDOUT_FILENO)
  private let errorOutput = TerminalTraits(descriptor: STDERR_FILENO)
  private let pictures: PictureFolder?
  private let drawing: TerminalPictures?
  private let input: TerminalInput
  private let interruption: CancellationToken
  private let questions: Questions

  /// Where answers to `input(…)` come from.
  package enum Questions: Sendable {
    /// Standard input.
    case standardInput
    /// Nowhere, for this reason.
    case unanswerable(String)
  }

  /// The display that stands last on the terminal and can be drawn over.
  private var lastDisplay: (id: String, text: String)?
  private var isAtLineStart = true

  /// Makes a sink. Pictures are saved to `pictureFolder` as well if there is one, and drawn as pictures where the
  /// terminal can; `interruption` ends a question.
  package init(
    interruption: CancellationToken, pictureFolder: String? = nil, questions: Questions = .standardInput,
    drawing: TerminalPictures? = nil, input: TerminalInput = TerminalInput()
  ) {
    self.interruption = interruption
    self.questions = questions
    self.drawing = drawing
    self.input = input
    pictures = pictureFolder.map(PictureFolder.init)
  }

  package var capabilities: SinkCapabilities {
    SinkCapabilities(
      progress: output.isCapable ? .line : .log, columns: TerminalTraits.columns(),
      showsPictures: pictures != nil || drawing != nil, updatesPictures: pictures != nil,
      colors: output.showsColors,
      canAsk: { if case .standardInput = questions { true } else { false } }())
  }

  package func write(_ text: String, to stream: StandardStream) {
    guard !text.isEmpty else { return }
    lastDisplay = nil
    put(text, to: stream)
  }

  package func display(_ bundle: MIMEBundle, id: String?) {
    startLine()
    if id == nil, pictures == nil, let drawing,
      let sequence = drawing.sequence(for: bundle, columns: TerminalTraits.columns())
    {
      put(sequence + "\n", to: .stdout)
      lastDisplay = nil
      return
    }
    let text = shownText(of: bundle)
    put(text + "\n", to: .stdout)
    lastDisplay = id.map { ($0, text) }
  }

  package func update(_ bundle: MIMEBundle, id: String) {
    let text = bundle.plainText
    if let last = lastDisplay, last.id == id {
      guard last.text != text else { return }
      if output.isCapable {
        let rows = DisplayWidth.rows(of: last.text, columns: TerminalTraits.columns())
        put("\r\u{1b}[\(rows)A\u{1b}[J", to: .stdout)
        isAtLineStart = true
      }
    }
    startLine()
    put(text + "\n", to: .stdout)
    lastDisplay = (id, text)
  }

  package func clear(wait: Bool) {
    // A shell's past stays where it is; only a line being rewritten goes.
    guard output.isCapable, !isAtLineStart else { return }
    put("\r\u{1b}[K", to: .stdout)
    isAtLineStart = true
  }

  package func ask(prompt: String, hidden: Bool) throws -> String {
    guard case .standardInput = questions else {
      if case .unanswerable(let reason) = questions { throw InputUnavailable(reason) }
      throw InputUnavailable("there is nobody to answer")
    }
    defer { isAtLineStart = true }
    return try StandardInputLine.read(from: input, hidden: hidden, interruption: interruption) {
      write(prompt, to: .stdout)
      fflush(stdout)
    }
  }

  /// Shows a result, as the shell does for an entry's value.
  package func show(result: MIMEBundle) {
    let isPicture = drawing != nil && result.forms.contains { $0.type == "image/png" }
    guard output.showsColors, pictures == nil, !isPicture else { return display(result, id: nil) }
    display(MIMEBundle(text: ResultColors.colored(result.plainText)), id: nil)
  }

  /// Writes an error to standard error, coloured where colours are seen.
  package func show(error: RenderedError) {
    startLine()
    write((errorOutput.showsColors ? error.coloredText : error.text) + "\n", to: .stderr)
  }

  /// Writes that work was interrupted, below the `^C` that a terminal shows for the key.
  package func show(interruption error: RenderedError) {
    if output.isTerminal { isAtLineStart = false }
    show(error: error)
  }

  /// Brings what was written out to the reader, and the cursor to the start of a line on a terminal.
  package func finish() {
    if output.isTerminal { startLine() }
    lastDisplay = nil
    fflush(stdout)
  }

  private func startLine() {
    guard !isAtLineStart, output.isTerminal || errorOutput.isTerminal else { return }
    put("\n", to: output.isTerminal ? .stdout : .stderr)
  }

  private func put(_ text: String, to stream: StandardStream) {
    var text = text
    // Standard output is buffered, standard error isn't: what was printed first is to be seen first.
    if stream == .stderr { fflush(stdout) }
    let file = stream == .stdout ? stdout : stderr
    text.withUTF8 { bytes in
      guard let file else { return }
      fwrite(bytes.baseAddress, 1, bytes.count, file)
      if let last = bytes.last { isAtLineStart = last == 10 }
    }
    // Whole lines go out in a log too: whoever reads along sees them, and nothing is lost where the program is killed.
    if output.isTerminal || isAtLineStart { fflush(stdout) }
  }

  private func shownText(of bundle: MIMEBundle) -> String {
    guard let pictures else { return bundle.plainText }
    switch pictures.save(bundle) {
    case .notAPicture: return bundle.plainText
    case .saved(let path): return output.isTerminal ? bundle.plainText + "\n[\(path)]" : "[\(path)]"
    case .failed(let reason): return bundle.plainText + "\n[\(reason)]"
    }
  }
}
