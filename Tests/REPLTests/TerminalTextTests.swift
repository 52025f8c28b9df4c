import Foundation
import REPL
import Testing

@Suite struct TerminalTextTests {
  @Test(arguments: [
    ("abc", 3), ("\u{1b}[1;31mred\u{1b}[0m", 3), ("", 0), ("e\u{301}", 1),
    ("한글", 4), ("😀", 2), ("テスト", 6),
  ])
  func widthsLeaveEscapesOut(text: String, width: Int) {
    #expect(DisplayWidth.columns(of: text) == width)
  }

  @Test(arguments: [
    ("3", "<3>"), ("[1.5, -2e3]", "[<1.5>, -<2e3>]"), ("\"a \\\" 1\" b", "<\"a \\\" 1\"> b"),
    ("conv1 true", "conv1 <true>"),
    ("\"open", "<\"open>"), ("...", "..."), ("\u{1b}[1m3", "\u{1b}[1m3"), ("", ""),
  ])
  func valuesInResultsAreColored(plain: String, marked: String) {
    // Where < and > stand for the sequences that start and end a colour.
    var colored = ResultColors.colored(plain)
    if plain.first != "\u{1b}" {
      for start in ["36", "32", "35"] {
        colored = colored.replacingOccurrences(of: "\u{1b}[\(start)m", with: "<")
      }
      colored = colored.replacingOccurrences(of: "\u{1b}[0m", with: ">")
    }
    #expect(colored == marked)
  }

  @Test func rowsCountWrappedLines() {
    #expect(DisplayWidth.rows(of: "abc", columns: 3) == 1)
    #expect(DisplayWidth.rows(of: "abcd", columns: 3) == 2)
    #expect(DisplayWidth.rows(of: "a\n\nb", columns: 3) == 3)
  }

  @Test func completionsStandInColumns() {
    #expect(CompletionTable.text(of: ["aa", "b", "c", "d", "e"], columns: 10) == "aa  d\nb   e\nc")
    #expect(CompletionTable.text(of: ["aaaa", "bb", "c"], columns: 5) == "aaaa\nbb\nc")
    #expect(
      CompletionTable.text(of: (0..<50).map { "n\($0)" }, columns: 4, rowLimit: 2) == "n0\nn1\n… and 48 more")
  }

  @Test func completionsShareABeginning() {
    #expect(CompletionTable.commonPrefix(of: ["Conv", "ConvTranspose", "Concat"]) == "Con")
    #expect(CompletionTable.commonPrefix(of: ["한글", "한국"]) == "한")
    #expect(CompletionTable.commonPrefix(of: []) == "")
  }

  @Test(arguments: [
    ("else {", true), ("  |> Dense(10)", true), (".relu()", true), ("catch {", true),
    ("elsewhere = 1", false),
    ("x", false), ("", false), ("...", false), ("// else", false),
  ])
  func someLinesGoOnWithTheEntryBefore(line: String, continues: Bool) {
    #expect(continuesEntry(line) == continues)
  }
}
