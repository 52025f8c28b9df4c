import ImageCodecs
import TestSupport
import Testing
import Visualization

@Suite("Tables, confusion matrices and progress")
struct TableTests {
  private var table: TextTable {
    var table = TextTable(header: ["layer", "shape", "parameters"], sides: [.left, .center])
    table.append(["conv1", "[6, 28, 28]", "156"])
    table.append(["합성곱", "[16, 10, 10]", "2,416"])
    table.append(["a|b"])
    return table
  }

  @Test("Columns align, also under wide characters")
  func text() throws {
    try Snapshot.expect(table.text(), named: "table")
    try Snapshot.expect(table.markdown() + "\n\n" + table.html(), named: "table-markup")
  }

  @Test("The width of text is what a terminal shows")
  func widths() {
    #expect(TextWidth.columns("abc") == 3)
    #expect(TextWidth.columns("합성곱") == 6)
    #expect(TextWidth.columns("e\u{301}") == 1)
    #expect(TextWidth.columns("👩‍👩‍👧") == 2)
    #expect(TextWidth.fit("합성곱", to: 5) == "합성…")
    #expect(TextWidth.fit("ab", to: 5, side: .center) == " ab  ")
    #expect(TextWidth.fit("ab", to: 5, side: .right) == "   ab")
    #expect(TextWidth.fit("ab", to: 0) == "")
  }

  private var confusion: ConfusionMatrix {
    // Eight right and two wrong of one class, four missed: precision 0.8 and recall 2/3 of "cat".
    ConfusionMatrix(
      classNames: ["cat", "dog"], labels: [Int](repeating: 0, count: 12) + [1, 1, 1, 7],
      predictions: [Int](repeating: 0, count: 8) + [1, 1, 1, 1] + [0, 0, 1, 0])
  }

  @Test("Precision and recall as the course computes them")
  func confusionNumbers() throws {
    #expect(confusion.counts == [[8, 4], [2, 1]])
    #expect(confusion.precision(0) == 0.8)
    #expect(abs(confusion.recall(0) - 0.6667) < 1e-4)
    #expect(confusion.accuracy == 0.6)
    #expect(confusion.mostConfused(1).map(\.count) == [4])
    try Snapshot.expect(confusion.text(), named: "confusion")
    #expect(XMLCheck(confusion.heatMap().svg()).isWellFormed)
    #expect(try PNG.decode(confusion.heatMap(theme: .dark).png()).channels == 3)
  }

  @Test("A matrix of no classes, and numbers that are none, are drawn")
  func oddMatrices() throws {
    let none = ConfusionMatrix(classNames: [], labels: [], predictions: [])
    _ = try none.heatMap().png()
    #expect(none.text().hasPrefix("0 of 0 right (–)"))
    _ = try HeatMap([[.nan, .infinity], [], [1e308, -1e308]]).png()
    try Snapshot.expect(HeatMap([[1, -2.5], [1e9, 0.125]]).text(), named: "matrix")
  }

  @Test("Progress fits its line")
  func progress() {
    #expect(ProgressBar(isUnicode: false).bar(0.5, width: 8) == "####----")
    #expect(ProgressBar().bar(0.3125, width: 8) == "━━╸─────")
    #expect(ProgressBar().bar(.nan, width: 3) == "───")
    #expect(ProgressBar().bar(7, width: 3) == "━━━")
    for columns in [0, 5, 20, 40, 80, 200] {
      let line = ProgressBar().line("epoch 1/3", 0.4, "12,345 images/s  loss 0.1234", columns: columns)
      #expect(TextWidth.columns(line) <= columns)
    }
    let seconds = [0, 0.00004, 0.00421, 0.0424, 0.0997, 8.32, 9.96, 59.6, 125, 3600 * 1.2, -1, .infinity]
    #expect(
      seconds.map { ProgressBar.duration(seconds: $0) }
        == [
          "0 s", "40 µs", "4.2 ms", "42 ms", "0.1 s", "8.3 s", "10 s", "1 min 00 s", "2 min 05 s",
          "1 h 12 min", "?", "?",
        ])
  }
}
