/// A stretch of a source, in UTF-8 offsets.
package struct Span: Hashable, Sendable {
  /// The first byte.
  package var start: Int
  /// The byte after the last one.
  package var end: Int

  /// Makes a span from its ends.
  package init(_ start: Int, _ end: Int) {
    self.start = start
    self.end = max(start, end)
  }

  /// The span from this one's start to the other's end.
  package func joined(_ other: Span) -> Span { Span(min(start, other.start), max(end, other.end)) }
  /// Whether an offset lies inside or right behind it.
  package func touches(_ offset: Int) -> Bool { start <= offset && offset <= end }
}

/// A named text with its lines, shared by everything compiled from it.
package final class SourceFile: Sendable {
  /// How errors name it: `cell [3]`, `lab.cnn`, `input`.
  package let name: String
  /// The text as UTF-8.
  package let bytes: [UInt8]
  private let lineStarts: [Int]

  /// The whole of it.
  package var span: Span { Span(0, bytes.count) }

  /// Makes a source from its text.
  package init(name: String, text: String) {
    self.name = name
    bytes = Array(text.utf8)
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == 0x0A { starts.append(index + 1) }
    lineStarts = starts
  }

  /// How many lines there are, an empty last one included.
  package var lineCount: Int { lineStarts.count }

  /// The number of the line that holds an offset, counted from 1.
  package func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The column of an offset, counted in characters from 1.
  package func column(at offset: Int) -> Int {
    let start = lineStarts[line(at: offset) - 1]
    return text(Span(start, min(offset, bytes.count))).count + 1
  }

  /// The text of a line without its line break.
  package func lineText(_ line: Int) -> String {
    guard line >= 1, line <= lineStarts.count else { return "" }
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return text(Span(start, end))
  }

  /// Where a line begins, as an offset.
  package func start(ofLine line: Int) -> Int { lineStarts[max(0, min(line - 1, lineStarts.count - 1))] }

  /// The text of a span; what lies outside the source is left out.
  package func text(_ span: Span) -> String {
    let start = max(0, min(span.start, bytes.count))
    let end = max(start, min(span.end, bytes.count))
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
