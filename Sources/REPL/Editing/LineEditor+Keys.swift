import CEditLineShims
import Foundation
import Interpreter

/// Keys that nobody types (they start with the file separator, control-backslash), bound to libedit's own commands.
enum PrivateKeys {
  static let newline = "\u{1c}n"
}

extension LineEditor {
  /// How far one level of a program is moved in.
  static let indent = 4

  func bindKeys() {
    cel_use_emacs_keys(editor)
    // Without this the terminal turns Ctrl-C and Ctrl-Z into signals before the editor sees them.
    cel_set_terminal_flag(editor, true, wide("-isig"))
    // What is typed while something runs belongs to the next prompt: shown by the terminal it would stand in the middle
    // of what is printed, and once more at the prompt; in lines of the terminal's, keys would not mean what they mean
    // here.
    for flag in ["-echo", "-icanon"] { cel_set_terminal_flag(editor, false, wide(flag)) }
    for (keys, command) in [
      (PrivateKeys.newline, "ed-newline"), ("\\e[1;5C", "em-next-word"),
      ("\\e[1;5D", "ed-prev-word"),
      ("\\e[1;3C", "em-next-word"), ("\\e[1;3D", "ed-prev-word"), ("^R", "em-inc-search-prev"),
      ("^S", "em-inc-search-next"),
    ] { bind(keys, to: command) }
    bindEnding()
    bindMoving()
    bindEditing()
    bindNothing()
  }

  private func bind(_ keys: String, to command: String) { cel_bind(editor, wide(keys), wide(command)) }

  private func command(
    _ name: String, _ keys: [String], _ function: @escaping @convention(c) (OpaquePointer?, wint_t) -> UInt8
  ) {
    cel_add_command(editor, wide("cnn-" + name), wide(name), function)
    for key in keys { bind(key, to: "cnn-" + name) }
  }

  private func bindEnding() {
    command("enter", ["^M", "^J"]) { editor, _ in LineEditor.serving(editor).enter() }
    command("cancel", ["^C"]) { editor, _ in LineEditor.serving(editor).end(.cancelled) }
    command("leave-or-delete", ["^D"]) { editor, _ in LineEditor.serving(editor).leaveOrDelete() }
    command("suspend", ["^Z"]) { editor, _ in LineEditor.serving(editor).suspend() }
  }

  private func bindMoving() {
    command("left", ["\\e[D", "\\eOD", "^B"]) { editor, _ in
      let editor = LineEditor.serving(editor)
      return editor.moved(by: -editor.edited.previousCharacterLength)
    }
    command("right", ["\\e[C", "\\eOC", "^F"]) { editor, _ in
      let editor = LineEditor.serving(editor)
      return editor.moved(by: editor.edited.nextCharacterLength)
    }
    command("up", ["\\e[A", "\\eOA", "^P"]) { editor, _ in
      let editor = LineEditor.serving(editor)
      return editor.edited.placeAbove.map(editor.moved(to:)) ?? editor.recall(.earlier)
    }
    command("down", ["\\e[B", "\\eOB", "^N"]) { editor, _ in
      let editor = LineEditor.serving(editor)
      return editor.edited.placeBelow.map(editor.moved(to:)) ?? editor.recall(.later)
    }
    command("line-start", ["^A", "\\e[H", "\\eOH", "\\e[1~", "\\e[7~"]) { editor, _ in
      let editor = LineEditor.serving(editor)
      return editor.moved(to: editor.edited.lineStart)
    }
    command("line-end", ["^E", "\\e[F", "\\eOF", "\\e[4~", "\\e[8~"]) { editor, _ in
      let editor = LineEditor.serving(editor)
      return editor.moved(to: editor.edited.lineEnd)
    }
  }

  private func bindEditing() {
    command("erase", ["^?", "^H"]) { editor, _ in LineEditor.serving(editor).erase() }
    command("delete", ["\\e[3~"]) { editor, _ in LineEditor.serving(editor).deleteNext() }
    command("kill-line", ["^K"]) { editor, _ in LineEditor.serving(editor).killToLineEnd() }
    command("line-feed", ["\\e^M", "\\e^J"]) { editor, _ in
      LineEditor.serving(editor).insert("\n")
      return UInt8(CC_REFRESH)
    }
    command("close", ["}", ")", "]"]) { editor, key in LineEditor.serving(editor).close(key) }
    command("paste", ["\\e[200~"]) { editor, _ in LineEditor.serving(editor).paste() }
    command("complete", ["^I"]) { editor, _ in LineEditor.serving(editor).complete() }
    command("inspect", ["\\e[Z"]) { editor, _ in LineEditor.serving(editor).inspect() }
  }

  /// Keys that mean nothing here; libedit would insert the tail of their sequences.
  private func bindNothing() {
    let functionKeys = [11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24].map { "\\e[\($0)~" }
    let shifted = ["A", "B", "C", "D", "F", "H"].flatMap { key in ["\\e[1;2\(key)", "\\e[1;6\(key)"] }
    command(
      "nothing",
      functionKeys + shifted
        + [
          "\\eOP", "\\eOQ", "\\eOR", "\\eOS", "\\e[2~", "\\e[5~", "\\e[6~", "\\e[1;5A", "\\e[1;5B", "\\e[I",
          "\\e[O",
        ]
    ) { _, _ in UInt8(CC_NORM) }
  }

  private func moved(by count: Int) -> UInt8 {
    move(by: count)
    return UInt8(count == 0 ? CC_ERROR : CC_CURSOR)
  }

  private func moved(to place: Int) -> UInt8 {
    move(to: place)
    return UInt8(CC_CURSOR)
  }

  private func enter() -> UInt8 {
    let edited = edited
    guard !edited.text.allSatisfy(\.isWhitespace) else { return end(.text("")) }
    guard case .incomplete(let indent) = Session.completeness(of: edited.text) else { return end(.text("")) }
    var spaces = indent
    if edited.cursor < edited.scalars.count {
      guard case .incomplete(let here) = Session.completeness(of: edited.textBefore) else {
        return end(.text(""))
      }
      spaces = here
    }
    insert("\n" + String(repeating: " ", count: min(max(0, spaces), 100)))
    return UInt8(CC_REFRESH)
  }

  private func leaveOrDelete() -> UInt8 {
    guard edited.scalars.isEmpty else { return deleteNext() }
    return UInt8(CC_EOF)
  }

  private func erase() -> UInt8 {
    let edited = edited
    let spaces = edited.linePrefix.count
    if edited.isAtIndentation, spaces > 0 {
      deleteBefore(spaces % Self.indent == 0 ? Self.indent : spaces % Self.indent)
    } else {
      guard edited.cursor > 0 else { return UInt8(CC_ERROR) }
      deleteBefore(edited.previousCharacterLength)
    }
    return UInt8(CC_REFRESH)
  }

  private func deleteNext() -> UInt8 {
    let length = edited.nextCharacterLength
    guard length > 0 else { return UInt8(CC_ERROR) }
    move(by: length)
    deleteBefore(length)
    return UInt8(CC_REFRESH)
  }

  private func killToLineEnd() -> UInt8 {
    let edited = edited
    let count = max(edited.lineEnd - edited.cursor, edited.cursor < edited.scalars.count ? 1 : 0)
    move(by: count)
    deleteBefore(count)
    return UInt8(CC_REFRESH)
  }

  /// A closing bracket that begins a line stands below the line that opened it.
  private func close(_ key: wint_t) -> UInt8 {
    let edited = edited
    if edited.lineStart > 0, edited.isAtIndentation {
      let surplus = edited.linePrefix.count - edited.closingIndent
      deleteBefore(max(0, surplus))
    }
    insert(Unicode.Scalar(key).map { String($0) } ?? "")
    return UInt8(CC_REFRESH)
  }

  private func paste() -> UInt8 {
    var text = EditedText.cleaned(paste: readKeys(until: "\u{1b}[201~"))
    // The line feed after the last line is the user's to give.
    while text.hasSuffix("\n") { text.removeLast() }
    insert(text)
    return UInt8(CC_REFRESH)
  }

  private func suspend() -> UInt8 {
    setBracketedPaste(false)
    cel_prepare_terminal(editor, false)
    cel_restore_terminal()
    write("\n")
    // To this thread, so that the process has stopped and gone on when the call returns.
    raise(SIGTSTP)
    cel_prepare_terminal(editor, true)
    setBracketedPaste(true)
    cel_refresh(editor)
    return UInt8(CC_NORM)
  }
}
