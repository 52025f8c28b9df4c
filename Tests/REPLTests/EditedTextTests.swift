import REPL
import Testing

@Suite struct EditedTextTests {
  @Test(arguments: [
    ("abc", 1), ("한글", 1), ("e\u{301}", 2), ("👩‍👩‍👧", 5), ("👍🏽", 2), ("🇰🇷", 2), ("", 0), ("a\n", 1),
  ])
  func aCharacterBeforeTheCursorIsWhole(text: String, length: Int) {
    #expect(EditedText(text).previousCharacterLength == length)
  }

  @Test(arguments: [("abc", 1), ("👩‍👩‍👧 x", 5), ("❤️x", 2), ("\nab", 1), ("", 0)])
  func aCharacterAfterTheCursorIsWhole(text: String, length: Int) {
    #expect(EditedText(text, cursor: 0).nextCharacterLength == length)
  }

  @Test func upAndDownKeepTheColumnAsItLooks() {
    // 한글 takes four columns: below its end stands the fifth letter.
    let text = "한글\nabcdef\nx"
    #expect(EditedText(text, cursor: 2).placeBelow == 7)
    #expect(EditedText(text, cursor: 7).placeAbove == 2)
    #expect(EditedText(text, cursor: 6).placeAbove == 1)
    #expect(EditedText(text, cursor: 9).placeBelow == 11)
    #expect(EditedText(text, cursor: 1).placeAbove == nil)
    #expect(EditedText(text, cursor: 11).placeBelow == nil)
  }

  @Test func linesHaveABeginningAndAnEnd() {
    let text = EditedText("ab\n  cd\ne", cursor: 5)
    #expect(text.lineStart == 3)
    #expect(text.lineEnd == 7)
    #expect(text.isAtIndentation)
    #expect(!EditedText("ab").isAtIndentation)
  }

  @Test(arguments: [
    ("func f() {\n    x\n    ", 0), ("  if a {\n      ", 2), ("f(\n    [1],\n    ", 0), ("a }\n  ", 0),
    ("    let a = [\n        g(1, {\n            2\n        })\n        ", 4),
  ])
  func aClosingBracketFindsItsLine(text: String, indent: Int) {
    #expect(EditedText(text).closingIndent == indent)
  }

  @Test func rowsAreCountedAsTheTerminalWrapsThem() {
    let prompt = 5
    #expect(EditedText("abc").row(from: prompt, columns: 10) == 0)
    #expect(EditedText("abcdef").row(from: prompt, columns: 10) == 1)
    #expect(EditedText("abcd한").row(from: prompt, columns: 10) == 1)
    #expect(EditedText("abcd한", cursor: 4).row(from: prompt, columns: 10) == 1)
    #expect(EditedText("abcd한", cursor: 3).row(from: prompt, columns: 10) == 0)
    #expect(EditedText("a\nb\nc").row(from: prompt, columns: 10) == 2)
    #expect(EditedText("a\nb\nc", cursor: 1).row(from: prompt, columns: 10) == 0)
  }

  @Test func wideCharactersInWrappedLinesAreSeen() {
    #expect(EditedText("abcd한글").wrapsWideCharacters(from: 5, columns: 10))
    #expect(!EditedText("abcdefgh").wrapsWideCharacters(from: 5, columns: 10))
    #expect(!EditedText("한\n글").wrapsWideCharacters(from: 5, columns: 10))
  }

  @Test(arguments: [
    ("a\r\nb\rc\nd", "a\nb\nc\nd"), ("\tx", "    x"), ("a\u{1b}[31mb\u{7}", "a[31mb"), ("한글 😀", "한글 😀"),
  ])
  func aPasteIsCleaned(pasted: String, inserted: String) {
    #expect(EditedText.cleaned(paste: pasted) == inserted)
  }
}
