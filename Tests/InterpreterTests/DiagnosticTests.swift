import Foundation
import Interpreter
import TestSupport
import Testing

/// Programs that are wrong, and every word the user reads about them.
@Test(arguments: ["names", "calls", "types", "syntax", "foreign", "running", "shapes"])
func errorPages(_ name: String) throws {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Programs")
  let text = try String(contentsOf: folder.appendingPathComponent("wrong-\(name).cnn"), encoding: .utf8)
  var pages: [String] = []
  for (index, chunk) in text.components(separatedBy: "// ---\n").enumerated() {
    let session = Session()
    let sink = RecordingSink()
    let result = session.execute(chunk, named: "cell [\(index + 1)]", sink: sink)
    switch result.outcome {
    case .failed(let error): pages.append(sink.text + error.text)
    default: pages.append("no error in:\n\(chunk)")
    }
  }
  try Snapshot.expect(pages.joined(separator: "\n\n────\n\n"), named: "wrong-\(name)")
}

/// What is allowed but hardly meant is said once, where it stands.
@Test func warningsNameWhatIsHardlyMeant() {
  let alexNet = "let net = Sequential(input: [3, 224, 224]) { Conv(4, 11, stride: 4); GlobalAvgPool() }"
  #expect(
    Session().output(of: alexNet) == """
      warning: Conv(4, 11, stride: 4) on [3, 224, 224] leaves 1 row and 1 column unused: (224 - 11) / 4 + 1 = 54.25 -> 54
       --> cell [1], line 1, column 46
         1 | let net = Sequential(input: [3, 224, 224]) { Conv(4, 11, stride: 4); GlobalAvgPool() }
           |                                              ^^^^^^^^^^^^^^^^^^^^^^
       fix: an input of 227, or padding: 2 uses them all

      """)
  // A projection with stride 2 leaves positions out on purpose, and padding is not part of the picture.
  let ordinary =
    "let net = Sequential(input: [3, 32, 32]) { Conv(4, 1, stride: 2); Conv(4, 3, stride: 2, padding: 1) }"
  #expect(Session().output(of: ordinary) == "")
  let last = "let net = Sequential(input: [224, 224, 3]) { Conv(4, 3, padding: 1) }"
  #expect(Session().output(of: last).contains("looks like [height, width, channel]"))
}

/// The whole cell is checked before its first statement runs, and checking runs nothing of the user's.
@Test(arguments: [
  // The head of a network in a line far below.
  "let net = Sequential(input: [1, 28, 28]) { Conv(6, 5); Dense(10) }",
  "let size = 3\nlet net = Model(input: [size, 8, 8]) { x in\n  let y = x |> Conv(4, size)\n  return x + y\n}",
  "func head(_ x: Tensor, _ n: Int = 10) -> Tensor { x |> Dense(n) }\nlet net = Model(input: [1, 4, 4]) { head($0) }",
  "let net = Sequential(input: [1, 28, 28]) { for n in [8, 16] { Conv(n, 3); MaxPool(5) } }",
  "let net = Sequential(input: [4]) { Dense(3) }\nlet y = net(zeros(2, 5))",
  "let result = Sequential(input: [4]) { Dense(3) }.evaluate(zeros(1))\nprint(result.acuracy)",
  "func f(_ x: Int) -> Int { x }\nf(\"a\")", "func f() -> Tensor { zeros(2) }\nf().shpe",
])
func aCellIsCheckedBeforeItRuns(_ mistake: String) {
  let session = Session()
  let sink = RecordingSink()
  guard case .failed(let error) = session.execute("print(\"ran\")\n" + mistake, sink: sink).outcome else {
    Issue.record("no error in \(mistake)")
    return
  }
  #expect(sink.text == "", "\(error.text)")
}

/// What can't be known before running is no error then.
@Test(arguments: [
  "var n = 3\nn = 4\nlet net = Sequential(input: [n]) { Dense(2) }\nprint(net(zeros(1, 4)).shape)",
  "let n = [1, 2, 3].map { $0 * 2 }.count\nlet net = Sequential(input: [n]) { Dense(2) }\nprint(net(zeros(1, 3)).shape)",
  "let wide = rand(1).number > 2\nlet net = Sequential(input: [1, 4, 4]) { if !wide { Flatten() }; Dense(2) }\nprint(net.layers.count)",
  "var body = Dense(3)\nfunc change() { body = Dense(2) }\nchange()\nlet net = Sequential(input: [4]) { body }\nprint(net.parameterCount)",
  "do { let net = Sequential(input: [1, 2, 2]) { Dense(2) } } catch { print(error.kind) }",
])
func whatCantBeKnownIsNoError(_ program: String) {
  #expect(Session().failure(of: program) == nil)
}
