import Foundation
import Interpreter
import Testing

/// What must not end the session: the error's kind.
@Test(arguments: Examples.failures)
func errors(_ source: String, _ kind: String) {
  let session = Session()
  #expect(session.failure(of: source)?.kind == kind)
  #expect(session.output(of: "1 + 1") == "2")
}

@Test(arguments: ["(", "[", "{", "-", "!", "f(", "\"\\(", "if true {", "x ? ", "{ a in "])
func nestingIsLimited(_ opening: String) {
  let text = String(repeating: opening, count: 20_000)
  #expect(Session().failure(of: text)?.kind == "SyntaxError")
  _ = Session.completeness(of: text)
}

@Test(arguments: [" + 1", ".count", "()", "[0]", "!", " |> f", " && true"])
func chainsAreLimited(_ link: String) {
  #expect(Session().failure(of: "x" + String(repeating: link, count: 20_000))?.kind == "SyntaxError")
}

@Test func longValuesAreFreedWithoutRecursion() {
  let session = Session()
  let source = """
    var list = []
    for _ in 0..<100_000 { list = [list] }
    var call = { 0 }
    for _ in 0..<50_000 { let inner = call; call = { inner() } }
    var t = zeros(2)
    for _ in 0..<2_000 { t = t + 1 }
    list = []
    call = { 1 }
    print(call(), t[0])
    """
  #expect(session.output(of: source) == "1 2000.\n")
}

@Test func aLoopIsInterrupted() {
  for source in [
    "while true { }", "var n = 0\nfor i in 0... { n += 1 }", "(0...).map { $0 }",
    "func f() { f() }\nwhile true { do { f() } catch { } }",
  ] {
    let session = Session()
    let interrupter = Thread {
      Thread.sleep(forTimeInterval: 0.2)
      session.interruption.cancel()
    }
    interrupter.start()
    guard case .interrupted = session.execute(source, sink: RecordingSink()).outcome else {
      Issue.record("not interrupted: \(source)")
      continue
    }
    #expect(session.output(of: "1 + 1") == "2")
  }
}

/// Closures that hold each other by the variables they share are freed, others keep what they hold.
@Test func circlesOfClosuresAreFreed() {
  let session = Session(capturedVariablesBeforeCollection: 16)
  let source = """
    func circle(_ n: Int) -> Int {
      let big = Array(repeating: n, count: 100)
      func down(_ k: Int) -> Int { k <= 0 ? big[0] : up(k - 1) }
      func up(_ k: Int) -> Int { down(k - 1) }
      return down(4)
    }
    func counter() -> Any { var n = 0; var more = { 0 }; more = { n += 1; return n < 3 ? more() : n }; return more }
    let kept = [counter(), counter()]
    let last = counter()
    var sum = 0
    for i in 0..<3_000 { sum += circle(i); let other = counter(); sum += other() }
    print(sum, kept[0](), kept[1](), last(), kept.map { $0() })
    """
  #expect(session.output(of: source) == "4507500 3 3 3 [4, 4]\n")
  #expect(session.capturedVariableCount < 200)
}
