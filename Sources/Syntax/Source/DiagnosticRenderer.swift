/// Turns diagnostics into the text people see: message, place, source line, caret, notes, fix.
package struct DiagnosticRenderer: Sendable {
  /// Whether ANSI colours are used.
  package var colors: Bool

  /// Makes a renderer, plain or coloured.
  package init(colors: Bool) { self.colors = colors }

  private enum Style: String {
    case error = "1;31"
    case warning = "1;33"
    case strong = "1"
    case place = "34"
    case caret = "31"
    case fix = "32"
  }

  private func paint(_ text: String, _ style: Style) -> String {
    colors ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// The text of one diagnostic.
  package func render(_ diagnostic: Diagnostic, in source: SourceFile?) -> String {
    let head = paint(diagnostic.severity.rawValue, diagnostic.severity == .error ? .error : .warning)
    var lines = [head + paint(": " + diagnostic.message, .strong)]
    if let source { lines += excerpt(diagnostic, source) }
    lines += diagnostic.trail.map { paint(" " + $0, .place) }
    lines += diagnostic.notes.map { " note: " + $0 }
    if let fix = diagnostic.fix {
      let parts = fix.split(separator: "\n", omittingEmptySubsequences: false)
      for (index, part) in parts.enumerated() {
        lines.append(index == 0 ? paint(" fix:", .fix) + " \(part)" : "      \(part)")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// The text of several diagnostics of one source, in the order of their places.
  package func render(_ diagnostics: [Diagnostic], in source: SourceFile) -> String {
    diagnostics.map { render($0, in: source) }.joined(separator: "\n\n")
  }

  private func excerpt(_ diagnostic: Diagnostic, _ source: SourceFile) -> [String] {
    let line = source.line(at: diagnostic.span.start)
    let column = source.column(at: diagnostic.span.start)
    var position = " --> \(source.name), line \(line), column \(column)"
    if let surroundings = diagnostic.surroundings { position += ", \(surroundings)" }
    var shown = diagnostic.context.map { (source.line(at: $0.span.start), Optional($0)) }
    shown.removeAll { $0.0 == line }
    let width = max(3, String(max(line, shown.map(\.0).max() ?? 0)).count)
    var lines = [paint(position, .place)]
    func numbered(_ number: Int, _ text: String) -> String {
      let digits = String(number)
      let gutter = String(repeating: " ", count: width - digits.count + 1) + digits + " | "
      return paint(gutter, .place) + text
    }
    let columns = shown.map { displayWidth(expandTabs(source.lineText($0.0))) }.max() ?? 0
    for (number, context) in shown {
      let text = expandTabs(source.lineText(number))
      let padding = String(repeating: " ", count: max(0, columns - displayWidth(text)) + 2)
      lines.append(numbered(number, text + (context.map { padding + "// " + $0.remark } ?? "")))
    }
    let text = source.lineText(line)
    let start = source.start(ofLine: line)
    let before = expandTabs(source.text(Span(start, diagnostic.span.start)))
    let lineEnd = start + text.utf8.count
    let marked = source.text(Span(diagnostic.span.start, min(max(diagnostic.span.end, start), lineEnd)))
    let carets = String(repeating: "^", count: max(1, displayWidth(expandTabs(marked))))
    let (cutText, shift) = cut(expandTabs(text), around: displayWidth(before))
    lines.append(numbered(line, cutText))
    let margin = String(repeating: " ", count: width + 1) + " | "
    let indent = String(repeating: " ", count: max(0, displayWidth(before) - shift))
    let underline = String(carets.prefix(160)) + (diagnostic.label.map { " " + $0 } ?? "")
    lines.append(paint(margin, .place) + indent + paint(underline, .caret))
    return lines
  }

  private func expandTabs(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar == "\t" {
        result += "    "
      } else if scalar.value < 0x20 || scalar.value == 0x7F {
        result += "\u{FFFD}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Very long lines are cut so that the caret stays in sight.
  private func cut(_ text: String, around column: Int) -> (text: String, shift: Int) {
    let limit = 180
    guard text.count > limit else { return (text, 0) }
    guard column > limit - 40 else { return (String(text.prefix(limit)) + "…", 0) }
    let drop = min(column - limit / 2, text.count)
    return ("…" + String(text.dropFirst(drop).prefix(limit)) + "…", drop - 1)
  }
}
