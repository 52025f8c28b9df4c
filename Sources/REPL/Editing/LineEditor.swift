import CEditLineShims
import Foundation
import Interpreter

/// Entries typed at a terminal, on libedit: history, search, several lines in one entry, completion, paste.
///
/// libedit edits one text; that this text may have several lines, that Enter ends it only when it is a whole program,
/// and that a character may have several code points is what the commands here add to it.
package final class LineEditor: EntrySource {
  let editor: OpaquePointer
  let session: Session
  /// Where libedit draws.
  private let screen: UnsafeMutablePointer<FILE>
  private let history: OpaquePointer
  private let historyFile: HistoryFile?
  private let keys: KeyReader
  private var recalling = Recalling()
  private var promptText: [wchar_t] = [0]
  private(set) var promptWidth = 0
  private var columns = TerminalTraits.columns()
  private let showsColors: Bool
  /// The text as it was when it was last seen to be drawn.
  private var drawn = EditedText("")
  /// What the key that ended the line meant.
  private var ending = Entry.end

  /// Opens the terminal; `nil` when libedit can't work with it.
  package init?(session: Session, historyFile: HistoryFile?, input: TerminalInput) {
    Self.chooseUTF8()
    guard let screen = cel_terminal_stream(STDOUT_FILENO) else { return nil }
    guard
      let editor = el_init_fd("cnnrepl", stdin, screen, stderr, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO),
      let history = history_winit()
    else {
      fclose(screen)
      return nil
    }
    self.screen = screen
    cel_restore_terminal_at_end(STDIN_FILENO)
    self.editor = editor
    self.session = session
    self.history = history
    self.historyFile = historyFile
    keys = KeyReader(input)
    showsColors = TerminalTraits(descriptor: STDOUT_FILENO).showsColors
    cel_set_client(editor, Unmanaged.passUnretained(self).toOpaque())
    cel_set_prompt(editor, { LineEditor.serving($0).promptPointer() }, 1)
    cel_set_reader(editor) { LineEditor.serving($0).readKey(into: $1) }
    cel_history_limit(history, Int32(HistoryFile.limit))
    cel_set_history(editor, history)
    for entry in historyFile?.load() ?? [] { remember(entry) }
    bindKeys()
  }

  deinit {
    history_wend(history)
    el_end(editor)
    fclose(screen)
  }

  /// Tells the editor that the terminal has another size. Callable from any thread.
  package func windowChanged() { keys.wake() }

  /// The terminal is told not to.
  package var echoesInterrupts: Bool { false }

  package func next(number: Int) -> Entry {
    setPrompt("[\(number)]> ")
    columns = TerminalTraits.columns()
    // Before the prompt is seen: libedit itself does so after it, and a Ctrl-C in between would be a signal.
    cel_prepare_terminal(editor, true)
    setBracketedPaste(true)
    defer { setBracketedPaste(false) }
    ending = .end
    var count: Int32 = 0
    let line = el_wgets(editor, &count)
    switch ending {
    case .cancelled: return .cancelled
    case .end:
      write("\n")
      return .end
    case .text:
      guard let line, count > 0 else { return .end }
      let scalars = UnsafeBufferPointer(start: line, count: Int(count)).map(Self.scalar)
      var text = EditedText(scalars: scalars, cursor: 0).text
      if text.hasSuffix("\n") { text.removeLast() }
      if text.allSatisfy(\.isWhitespace) { return .cancelled }
      remember(text)
      historyFile?.append(text)
      return .text(text)
    }
  }

  /// The object behind a callback of libedit.
  static func serving(_ editor: OpaquePointer?) -> LineEditor {
    Unmanaged<LineEditor>.fromOpaque(cel_client(editor)).takeUnretainedValue()
  }

  // MARK: the text

  /// The text as it is now.
  var edited: EditedText {
    guard let line = el_wline(editor)?.pointee, let buffer = line.buffer, let end = line.lastchar else {
      return EditedText("")
    }
    let scalars = UnsafeBufferPointer(start: buffer, count: max(0, end - buffer)).map(Self.scalar)
    return EditedText(scalars: scalars, cursor: line.cursor.map { $0 - buffer } ?? scalars.count)
  }

  private static func scalar(_ character: wchar_t) -> Unicode.Scalar {
    Unicode.Scalar(UInt32(bitPattern: character)) ?? "\u{FFFD}"
  }

  func insert(_ text: String) {
    guard !text.isEmpty else { return }
    el_winsertstr(editor, wide(text))
  }

  func deleteBefore(_ count: Int) {
    if count > 0 { el_deletestr(editor, Int32(clamping: count)) }
  }

  func move(by count: Int) {
    if count != 0 { el_cursor(editor, Int32(clamping: count)) }
  }

  func move(to place: Int) { move(by: place - edited.cursor) }

  /// Has libedit do one of its own commands next, by the keys it is bound to.
  func perform(_ keys: String) -> UInt8 {
    el_wpush(editor, wide(keys))
    return UInt8(CC_REFRESH)
  }

  /// Ends the entry at the last row of the text.
  func end(_ entry: Entry) -> UInt8 {
    ending = entry
    return perform(PrivateKeys.newline)
  }

  private func remember(_ entry: String) {
    cel_history_add(history, wide(entry))
    recalling.add(entry)
  }

  /// Shows an earlier (or later) entry that begins as the text before the cursor does.
  func recall(_ direction: Recalling.Direction) -> UInt8 {
    let edited = edited
    guard let entry = recalling.step(direction, from: edited) else { return UInt8(CC_ERROR) }
    move(by: edited.scalars.count - edited.cursor)
    deleteBefore(edited.scalars.count)
    insert(entry)
    return UInt8(CC_REFRESH)
  }

  // MARK: the terminal

  func write(_ text: String) {
    fputs(text, stdout)
    fflush(stdout)
  }

  func setBracketedPaste(_ isOn: Bool) { write(isOn ? "\u{1b}[?2004h" : "\u{1b}[?2004l") }

  /// Reads characters up to a sequence, as for a paste.
  func readKeys(until end: String) -> String {
    var scalars: [Unicode.Scalar] = []
    let stop = Array(end.unicodeScalars)
    while let scalar = keys.next(whenWoken: {}) {
      scalars.append(scalar)
      if scalars.count >= stop.count, scalars.suffix(stop.count).elementsEqual(stop) {
        scalars.removeLast(stop.count)
        break
      }
    }
    return EditedText(scalars: scalars, cursor: 0).text
  }

  private func readKey(into key: UnsafeMutablePointer<wchar_t>?) -> Int32 {
    redrawWrappedWideText()
    guard let scalar = keys.next(whenWoken: redrawForWindow) else { return 0 }
    key?.pointee = wchar_t(bitPattern: scalar.value)
    return 1
  }

  /// libedit loses count of the columns where it moves wide characters over the end of a row: such a text is drawn as a
  /// whole each time it changed.
  private func redrawWrappedWideText() {
    let edited = edited
    guard edited != drawn, !keys.hasInput else { return }
    drawn = edited
    guard edited.wrapsWideCharacters(from: promptWidth, columns: columns) else { return }
    redraw(up: edited.row(from: promptWidth, columns: columns))
  }

  private func redrawForWindow() {
    let oldColumns = columns
    columns = TerminalTraits.columns()
    el_resize(editor)
    // Some terminals lay their lines out anew, some don't: going up no further than both agree on erases no output.
    let edited = edited
    redraw(
      up: min(
        edited.row(from: promptWidth, columns: oldColumns), edited.row(from: promptWidth, columns: columns)))
  }

  /// Draws the prompt and the text anew, from so many rows above the cursor on.
  private func redraw(up: Int) {
    write("\r" + (up > 0 ? "\u{1b}[\(up)A" : "") + "\u{1b}[J")
    cel_refresh(editor)
  }

  private func setPrompt(_ text: String) {
    promptWidth = DisplayWidth.columns(of: text)
    // libedit takes what stands between two characters 1 for sequences without columns.
    promptText = wide(showsColors ? "\u{1}\u{1b}[1;36m\u{1}\(text.dropLast())\u{1}\u{1b}[0m\u{1} " : text)
  }

  private func promptPointer() -> UnsafeMutablePointer<wchar_t>? {
    promptText.withUnsafeMutableBufferPointer { $0.baseAddress }
  }

  private static func chooseUTF8() {
    setlocale(LC_CTYPE, "")
    // Where the environment names no UTF-8 locale, the one that is always there.
    if String(cString: nl_langinfo(nl_item(CODESET))) != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
  }
}

/// A text as C's wide characters, ended by 0.
func wide(_ text: String) -> [wchar_t] {
  text.unicodeScalars.map { wchar_t(bitPattern: $0.value) } + [0]
}
