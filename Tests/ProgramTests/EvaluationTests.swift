import Foundation
import Testing

@Suite struct EvaluationTests {
  @Test(arguments: [
    ("1 + 1", "2\n"), ("-1+2", "1\n"), ("-2", "-2\n"), ("\"한글 😀\"", "\"한글 😀\"\n"), ("1 + 1;", ""),
    ("let a = 3", ""),
    ("print(1); print(2)", "1\n2\n"), ("", ""),
  ])
  func aSourceIsEvaluatedAndItsValuePrinted(source: String, output: String) throws {
    let run = try ProgramRun("-e", source)
    #expect(run.output == output)
    #expect(run.errors == "")
    #expect(run.status == 0)
  }

  @Test func anErrorGoesToStandardErrorWithItsPlace() throws {
    let run = try ProgramRun("-e", "print(1)\n1 / 0\nprint(2)")
    #expect(run.status == 1)
    #expect(run.output == "1\n")
    #expect(run.errors.contains("error: "))
    #expect(run.errors.contains("line 2"))
    #expect(run.errors.contains("^"))
    #expect(!run.errors.contains("\u{1b}"))
  }

  @Test func aScriptShowsWhatItPrints() throws {
    let folder = try Scratch()
    try folder.write("lab.cnn", "#!/usr/bin/env cnnrepl\nlet a = 2\na\nprint(\"a = \\(a)\")\n")
    for arguments in [["lab.cnn"], ["run", "lab.cnn"]] {
      let run = try ProgramRun(arguments, in: folder)
      #expect(run.output == "a = 2\n")
      #expect(run.errors == "")
      #expect(run.status == 0)
    }
  }

  @Test func aFileImportedLikeAModuleIsAnError() throws {
    let folder = try Scratch()
    try folder.write("helpers.cnn", "func twice(_ x: Int) -> Int { 2 * x }\n")
    let run = try ProgramRun("-e", "import helpers\nprint(1)", in: folder)
    #expect(run.output == "")
    #expect(run.errors.contains("fix: import \"helpers.cnn\""))
    #expect(try ProgramRun("-e", "import Foundation\nprint(1)", in: folder).output == "1\n")
  }

  @Test func aScriptsErrorNamesFileAndLine() throws {
    let folder = try Scratch()
    try folder.write("lab.cnn", "let a = 2\n\nprint(a + nothing)\n")
    let run = try ProgramRun("run", "lab.cnn", in: folder)
    #expect(run.status == 1)
    #expect(run.output == "")
    #expect(run.errors.contains("lab.cnn"))
    #expect(run.errors.contains("line 3"))
  }

  @Test func entriesComeFromAPipe() throws {
    let program = """
      let a = 3
      a * 2
      func twice(_ x: Int) -> Int {
          return 2 * x
      }
      if a > 5 {
          print("big")
      }
      else {
          print("small")
      }
      twice(a)
      """
    let run = try ProgramRun(input: program)
    #expect(run.output == "6\nsmall\n6\n")
    #expect(run.errors == "")
    #expect(run.status == 0)
  }

  @Test func anErrorInAPipeDoesntEndTheSession() throws {
    let run = try ProgramRun(input: "let a = 1\n1 / 0\na + 1\n")
    #expect(run.output == "2\n")
    #expect(run.errors.contains("input [2]"))
    #expect(run.status == 1)
  }

  @Test func anUnfinishedEntryIsReported() throws {
    let run = try ProgramRun(input: "print(1)\nfunc f() {\n")
    #expect(run.output == "1\n")
    #expect(run.errors.contains("error: "))
    #expect(run.status == 1)
  }

  @Test func exitLeavesAShell() throws {
    let run = try ProgramRun(input: "print(1)\nexit\nprint(2)\n")
    #expect(run.output == "1\n")
    #expect(run.status == 0)
  }

  @Test func anInterruptEndsAScriptWith130() throws {
    let folder = try Scratch()
    try folder.write(
      "loop.cnn", "var n = 0\nprint(\"started\")\nwhile true { n += 1; if n % 100000 == 0 { print(n) } }\n")
    let run = try ProgramRun("loop.cnn", in: folder, interruptedAfter: "00000")
    #expect(run.status == 130)
    #expect(run.output.hasPrefix("started\n"))
  }

  @Test func aScriptMayHaveALimitOfTime() throws {
    let folder = try Scratch()
    try folder.write("loop.cnn", "while true { }\n")
    let run = try ProgramRun("run", "loop.cnn", "--timeout", "0.05", in: folder)
    #expect(run.status == 1)
    #expect(run.errors.contains("--timeout"))
  }

  /// Whoever reads a log along sees lines as they are printed, not when the program ends.
  @Test func linesGoOutWhileTheProgramRuns() throws {
    let run = try ProgramRun(
      "-e", "print(\"here\")\nfor i in 0..<300_000_000 { }\nprint(\"there\")", interruptedAfter: "here")
    #expect(run.output == "here\n")
    #expect(run.status == 130)
  }
}
