/// How a list of completions is shown and shortened.
package enum CompletionTable {
  /// The longest text with which all words begin.
  package static func commonPrefix(of words: [String]) -> String {
    guard var prefix = words.first else { return "" }
    for word in words.dropFirst() { prefix = prefix.commonPrefix(with: word) }
    return prefix
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
