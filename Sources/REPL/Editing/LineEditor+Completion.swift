import CEditLineShims
import Foundation
import Interpreter

extension LineEditor {
  /// Tab: indents at the start of a line, completes a name elsewhere; what is ambiguous is listed below.
  func complete() -> UInt8 {
    let edited = edited
    if edited.isAtIndentation, !edited.scalars.isEmpty || edited.cursor == 0 {
      insert(String(repeating: " ", count: Self.indent - edited.linePrefix.count % Self.indent))
      return UInt8(CC_REFRESH)
    }
    let list = session.completions(of: edited.text, at: edited.cursor)
    guard !list.items.isEmpty, list.range.contains(edited.cursor) || list.range.upperBound == edited.cursor
    else {
      return UInt8(CC_ERROR)
    }
    let typed = String(String.UnicodeScalarView(edited.scalars[list.range.lowerBound..<edited.cursor]))
    let common = CompletionTable.commonPrefix(of: list.items.map(\.text))
    if list.items.count == 1 || (common.count > typed.count && common.hasPrefix(typed)) {
      move(to: list.range.upperBound)
      deleteBefore(list.range.count)
      // A label is followed by its value.
      let only = list.items.count == 1 ? list.items[0] : nil
      insert(only.map { $0.text + ($0.kind == "param" ? " " : "") } ?? common)
      return UInt8(CC_REFRESH)
    }
    showBelow(CompletionTable.text(of: list.items, columns: TerminalTraits.columns()))
    return UInt8(CC_NORM)
  }

  /// Shift-Tab: what is known about the name at the cursor.
  func inspect() -> UInt8 {
    let edited = edited
    guard let bundle = session.inspection(of: edited.text, at: edited.cursor) else { return UInt8(CC_ERROR) }
    showBelow(bundle.plainText)
    return UInt8(CC_NORM)
  }

  /// Writes a text below the entry, and the entry anew below the text.
  private func showBelow(_ text: String) {
    let rows = rowsBelowCursor()
    write((rows > 0 ? "\u{1b}[\(rows)B" : "") + "\r\n" + text + (text.hasSuffix("\n") ? "" : "\n"))
    cel_refresh(editor)
  }

  private func rowsBelowCursor() -> Int {
    let edited = edited
    let columns = TerminalTraits.columns()
    let end = EditedText(scalars: edited.scalars, cursor: edited.scalars.count)
    return end.row(from: promptWidth, columns: columns) - edited.row(from: promptWidth, columns: columns)
  }
}

extension String.UnicodeScalarView {
  fileprivate init(_ slice: ArraySlice<Unicode.Scalar>) {
    self.init()
    append(contentsOf: slice)
  }
}
