import Interpreter

/// How a list of completions is shown and shortened.
package enum CompletionTable {
  /// The longest text with which all words begin.
  package static func commonPrefix(of words: [String]) -> String {
    guard var prefix = words.first else { return "" }
    for word in words.dropFirst() { prefix = prefix.commonPrefix(with: word) }
    return prefix
  }

  /// Few candidates with their types, one a line; many as words in columns.
  package static func text(of items: [Completion], columns: Int) -> String {
    guard items.count <= 12, items.contains(where: { !$0.signature.isEmpty }) else {
      return text(of: items.map(\.text), columns: columns)
    }
    let widest = items.map { DisplayWidth.columns(of: $0.text) }.max() ?? 0
    return items.map { item in
      let padding = String(repeating: " ", count: widest + 2 - DisplayWidth.columns(of: item.text))
      var line = item.signature.isEmpty ? item.text : item.text + padding + item.signature
      while DisplayWidth.columns(of: line) >= columns, line.count > 1 {
        line = String(line.dropLast(line.hasSuffix("…") ? 2 : 1)) + "…"
      }
      return line
    }.joined(separator: "\n")
  }

  /// Words in as many columns as fit, down first, as `ls` shows files; a long list says what it leaves out.
  package static func text(of words: [String], columns: Int, rowLimit: Int = 20) -> String {
    let widest = words.map { DisplayWidth.columns(of: $0) }.max() ?? 0
    let across = max(1, (columns + 1) / (widest + 2))
    let shown = words.prefix(across * rowLimit)
    let rows = (shown.count + across - 1) / across
    var lines = (0..<rows).map { row in
      stride(from: row, to: shown.count, by: rows).map { index in
        let word = shown[index]
        let isLast = index + rows >= shown.count
        return isLast
          ? word : word + String(repeating: " ", count: widest + 2 - DisplayWidth.columns(of: word))
      }.joined()
    }
    if shown.count < words.count { lines.append("… and \(words.count - shown.count) more") }
    return lines.joined(separator: "\n")
  }
}
