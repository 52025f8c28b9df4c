import Foundation
import Testing

/// The shell as somebody at a terminal meets it.
@Suite struct ShellTests {
  private let files: Scratch

  init() throws { files = try Scratch() }

  @Test func entriesAreEvaluatedAtThePrompt() throws {
    let terminal = try PseudoTerminal(files: files)
    #expect(try terminal.type("40 + 2\r", after: "[1]>", until: "[2]>").contains("42"))
    terminal.type("let 한글 = \"값\"\r")
    try terminal.wait(for: "[3]>")
    terminal.type("한글\r")
    #expect(try terminal.wait(for: "[4]>").contains("값"))
    terminal.type("\u{4}")
    #expect(terminal.status() == 0)
  }

  @Test func bracketsKeepAnEntryOpen() throws {
    let terminal = try PseudoTerminal(files: files)
    try terminal.wait(for: "[1]>")
    terminal.type("func twice(_ x: Int) -> Int {\rreturn 2 * x\r}\r")
    try terminal.wait(for: "[2]>")
    terminal.type("twice(21)\r")
    #expect(try terminal.wait(for: "[3]>").contains("42"))
  }

  @Test func errorsLeaveTheSessionAsItWas() throws {
    let terminal = try PseudoTerminal(files: files)
    try terminal.wait(for: "[1]>")
    terminal.type("let a = 5\r")
    try terminal.wait(for: "[2]>")
    terminal.type("1 / 0\r")
    let shown = try terminal.wait(for: "[3]>")
    #expect(shown.contains("error") && shown.contains("division by zero"))
    #expect(shown.contains("\u{1b}["))
    terminal.type("a + 1\r")
    #expect(try terminal.wait(for: "[4]>").contains("6"))
  }

  @Test func controlCGivesUpTheLineOrTheComputation() throws {
    let terminal = try PseudoTerminal(files: files)
    try terminal.wait(for: "[1]>")
    terminal.type("let a = 1 +\u{3}")
    try terminal.wait(for: "[1]>")
    terminal.type("let a = 7\r")
    try terminal.wait(for: "[2]>")
    terminal.type("print(\"go\" + \"ing\"); while true { }\r")
    try terminal.wait(for: "going")
    terminal.type("\u{3}")
    try terminal.wait(for: "[3]>")
    terminal.type("a\r")
    #expect(try terminal.wait(for: "[4]>").contains("7"))
  }

  @Test func whatIsTypedWhileSomethingRunsAppearsOnceAtTheNextPrompt() throws {
    let terminal = try PseudoTerminal(files: files)
    try terminal.wait(for: "[1]>")
    terminal.type(
      "print(\"go\" + \"ing\"); var n = 0; while n < 2_000_000 { n += 1 }; print(\"do\" + \"ne\")\r")
    try terminal.wait(for: "going")
    terminal.type("let ahead = 4x\u{7f}2")
    // Nothing of it is seen before the prompt it is meant for.
    #expect(!(try terminal.wait(for: "done")).contains("ahead"))
    try terminal.wait(for: "[2]>")
    terminal.type("\r")
    try terminal.wait(for: "[3]>")
    terminal.type("ahead\r")
    #expect(try terminal.wait(for: "[4]>").contains("42"))
  }

  @Test func questionsShowWhatIsAnswered() throws {
    let terminal = try PseudoTerminal(files: files)
    try terminal.wait(for: "[1]>")
    terminal.type("let name = input(\"who?\" + \" \")\r")
    try terminal.wait(for: "who? ")
    terminal.type("Adq\u{7f}a\n")
    #expect(try terminal.wait(for: "[2]>").contains("Ad"))
    terminal.type("name\r")
    #expect(try terminal.wait(for: "[3]>").contains("\"Ada\""))
    // What was typed before the question is its answer, erased characters left out.
    terminal.type("print(\"go\" + \"ing\"); var n = 0; while n < 1_000_000 { n += 1 }; input(\"and? \")\r")
    try terminal.wait(for: "going")
    terminal.type("Gré\u{7f}ace\n")
    #expect(try terminal.wait(for: "[4]>").contains("\"Grace\""))
  }

  @Test func aPasteIsOneEntryThatWaitsForEnter() throws {
    let terminal = try PseudoTerminal(files: files)
    try terminal.wait(for: "[1]>")
    terminal.type("\u{1b}[200~let a = 20\nlet b = 22\n\u{1b}[201~")
    terminal.type("\r")
    try terminal.wait(for: "[2]>")
    terminal.type("a + b\r")
    #expect(try terminal.wait(for: "[3]>").contains("42"))
  }

  @Test func entriesAreRememberedAcrossShells() throws {
    let first = try PseudoTerminal(files: files)
    try first.wait(for: "[1]>")
    first.type("let before = 41\r")
    try first.wait(for: "[2]>")
    first.type("exit\r")
    #expect(first.status() == 0)
    let second = try PseudoTerminal(files: files)
    try second.wait(for: "[1]>")
    // Up twice: past `exit`.
    second.type("\u{1b}[A\u{1b}[A\r")
    try second.wait(for: "[2]>")
    second.type("before + 1\r")
    #expect(try second.wait(for: "[3]>").contains("42"))
  }

  @Test func wholeCharactersAreErased() throws {
    let terminal = try PseudoTerminal(files: files)
    try terminal.wait(for: "[1]>")
    terminal.type("\"a👩‍👩‍👧\u{7F}한글\u{7F}\"\r")
    #expect(try terminal.wait(for: "[2]>").contains("\"a한\""))
  }

  @Test func aDumbTerminalGetsPlainLines() throws {
    let terminal = try PseudoTerminal(term: "dumb", files: files)
    #expect(try terminal.type("func f() -> Int {\n42\n}\n", after: "[1]> ", until: "[2]> ").contains("...> "))
    terminal.type("f()\n")
    #expect(try terminal.wait(for: "[3]> ").contains("42"))
    terminal.type("\u{3}")
    try terminal.wait(for: "[3]> ")
    terminal.type("\u{4}")
    #expect(terminal.status() == 0)
    #expect(!terminal.screen.contains("\u{1b}"))
  }

  @Test func picturesAreCharactersUnlessTheTerminalKnowsBetter() throws {
    let terminal = try PseudoTerminal(files: files)
    let shown = try terminal.type("show(eye(4), scale: 2)\r", after: "[1]>", until: "[2]>")
    #expect(shown.contains("▀") && !shown.contains("\u{1b}P") && !shown.contains("\u{1b}_G"))
  }

  @Test func aTerminalThatKnowsSixelsGetsThem() throws {
    let terminal = try PseudoTerminal(identity: "\u{1b}[6;20;10t\u{1b}[?62;4;22c", files: files)
    let shown = try terminal.type("show(eye(4), scale: 2)\r", after: "[1]>", until: "[2]>")
    #expect(shown.contains("\u{1b}P0;1;0q\"1;1;") && shown.contains("\u{1b}\\"))
    #expect(!shown.contains("▀"))
  }

  @Test func aTerminalThatKnowsKittysPicturesGetsPNG() throws {
    let terminal = try PseudoTerminal(identity: "\u{1b}_Gi=31;OK\u{1b}\\\u{1b}[?62;4c", files: files)
    let shown = try terminal.type("show(eye(4), scale: 2)\r", after: "[1]>", until: "[2]>")
    #expect(shown.contains("\u{1b}_Ga=T,f=100,q=2,m=0;iVBORw0KGgo"))
  }

  @Test func whatIsTypedWhileTheTerminalIsAskedIsKept() throws {
    let terminal = try PseudoTerminal(identity: "40 + \u{1b}[?62;22c2\r", files: files)
    #expect(try terminal.wait(for: "[2]>").contains("42"))
  }

  @Test func aTerminalThatDoesNotAnswerIsNotWaitedForLong() throws {
    let terminal = try PseudoTerminal(identity: "", files: files)
    #expect(try terminal.type("40 + 2\r", after: "[1]>", until: "[2]>").contains("42"))
    // Nobody typed an answer that comes late; arrows are still arrows.
    terminal.type("\u{1b}[6;20;10t\u{1b}[?62;4c\u{1b}[A + 1\r")
    #expect(try terminal.wait(for: "[3]>").contains("43"))
  }

  @Test func numbersOfALoopStayOnOneLine() throws {
    let terminal = try PseudoTerminal(files: files)
    let shown = try terminal.type(
      "for i in 1...40_000 { live(\"loss\", i) }\r", after: "[1]>", until: "[2]>")
    #expect(shown.contains("\u{1b}[1A\u{1b}[Jstep "), "one line is drawn over")
    #expect(shown.contains("40,000"))
  }

  @Test func aScriptCanBeFollowedByTheShell() throws {
    try files.write("lab.cnn", "let a = 42\nprint(\"ready\")\n")
    let terminal = try PseudoTerminal("lab.cnn", "-i", files: files)
    try terminal.wait(for: "ready")
    try terminal.wait(for: "[2]>")
    terminal.type("a\r")
    #expect(try terminal.wait(for: "[3]>").contains("42"))
  }

  @Test func theTerminalIsGivenBackWhenTheShellIsEnded() throws {
    let terminal = try PseudoTerminal(files: files)
    try terminal.wait(for: "\u{1b}[?2004h")
    try terminal.wait(for: "[1]>")
    terminal.type("let a")
    terminal.type("\u{3}\u{4}")
    #expect(terminal.status() == 0)
    #expect(terminal.screen.contains("\u{1b}[?2004l"))
  }
}
