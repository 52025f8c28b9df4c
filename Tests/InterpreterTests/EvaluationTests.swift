import Interpreter
import Testing

/// What a user types, and what the session answers.
@Test(arguments: Examples.answers)
func answers(_ source: String, _ answer: String) {
  #expect(Session().output(of: source) == answer)
}

/// Programs of several lines; each must print what stands behind it.
@Test(arguments: Examples.programs)
func prints(_ source: String, _ text: String) {
  #expect(Session().output(of: source) == text)
}

@Test func variablesLiveOnAndLetMayBeSaidAgain() {
  let session = Session()
  #expect(session.output(of: "let x = 1\nfunc f() -> Int { x }") == "")
  #expect(session.output(of: "let x = x + 1") == "")
  #expect(session.output(of: "f()") == "2")
  #expect(session.failure(of: "let y = 1\nlet y = 2")?.kind == "NameError")
  #expect(session.failure(of: "x = 3")?.message == "'x' is a constant and can't be assigned again")
  #expect(session.executionCount == 5)
}

@Test func aFailedCheckRunsNothing() {
  let session = Session()
  #expect(session.failure(of: "var ran = true\nprint(\"ran\")\nprnt(1)")?.message == "unknown name 'prnt'")
  #expect(session.failure(of: "ran")?.message == "unknown name 'ran'")
}

@Test func aCellsStatementsBeforeAnErrorCount() {
  let session = Session()
  #expect(session.failure(of: "var a = 1\na = 2\nlet b = [1][7]\na = 3")?.kind == "IndexError")
  #expect(session.output(of: "a") == "2")
  #expect(session.failure(of: "b")?.kind == "NameError")
}

@Test func randomNumbersRepeatAfterSeed() {
  let session = Session()
  let first = session.output(of: "seed(1)\nprint(rand(3), [1, 2, 3, 4, 5].shuffled())")
  #expect(session.output(of: "print(rand(3))") != first)
  #expect(session.output(of: "seed(1)\nprint(rand(3), [1, 2, 3, 4, 5].shuffled())") == first)
}

@Test func textCompleteness() {
  #expect(Session.completeness(of: "let x = 1") == .complete)
  #expect(Session.completeness(of: "for i in 0..<3 {\n  print(i") == .incomplete(indent: 8))
  #expect(Session.completeness(of: "x |>") == .incomplete(indent: 0))
  #expect(Session.completeness(of: "/* open") == .incomplete(indent: 0))
  #expect(Session.completeness(of: "let s = \"\"\"\nabc") == .incomplete(indent: 0))
  #expect(Session.completeness(of: "let = 3") == .invalid)
  #expect(Session.completeness(of: "f)") == .invalid)
  #expect(Session.completeness(of: "") == .complete)
}
