import REPL
import Testing

@Suite struct TerminalAnswersTests {
  private func answers(_ text: String) -> TerminalAnswers { TerminalAnswers(Array(text.utf8)) }

  @Test func abilitiesAreRead() {
    // What foot, kitty and xterm say.
    let sixel = answers("\u{1b}[6;20;10t\u{1b}[?62;4;22;28c")
    #expect(sixel.isComplete && sixel.knowsSixel && !sixel.knowsKitty)
    #expect(sixel.cell?.width == 10 && sixel.cell?.height == 20)
    let kitty = answers("\u{1b}_Gi=31;OK\u{1b}\\\u{1b}[6;18;9t\u{1b}[?62;c")
    #expect(kitty.isComplete && kitty.knowsKitty && !kitty.knowsSixel)
    let plain = answers("\u{1b}[?64;1;2;6;9;15;18;21;22c")
    #expect(plain.isComplete && !plain.knowsKitty && !plain.knowsSixel && plain.cell == nil)
    #expect(!answers("\u{1b}_Gi=31;EINVAL:no\u{1b}\\\u{1b}[?62c").knowsKitty)
  }

  @Test(arguments: [
    "", "\u{1b}", "\u{1b}[", "\u{1b}[?62;4", "\u{1b}_Gi=31;OK", "\u{1b}[6;0;0t",
    "\u{1b}[6;9999999999999999999999;1t",
  ])
  func halfAnswersAreNone(text: String) {
    let found = answers(text)
    #expect(!found.isComplete && !found.knowsSixel && !found.knowsKitty && found.cell == nil)
  }

  @Test func whatWasTypedIsLeft() {
    let found = answers("let a\u{1b}[A = \u{1b}[?62;4cé\u{1b}")
    #expect(found.isComplete)
    #expect(String(decoding: found.rest, as: UTF8.self) == "let a\u{1b}[A = é\u{1b}")
  }
}
