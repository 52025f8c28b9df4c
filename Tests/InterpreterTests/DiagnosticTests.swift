import Foundation
import Interpreter
import TestSupport
import Testing

/// Programs that are wrong, and every word the user reads about them.
@Test(arguments: ["names", "calls", "types", "syntax", "foreign", "running", "shapes", "tensors"])
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
  "let net = Sequential(input: [4]) { Dense(3) }\nlet y = net(zeros(2, 4))\nprint(y.shpe)",
  "let net = Model(input: [4]) { x in (a: Dense(3)(x), b: Dense(2)(x)) }\nlet y = net(rand(2, 4)).c",
  "let net = Model(input: [4]) { x in x |> Dense(3) }\nprint(net.frozen()(rand(2, 4)).shpe)",
  // Data that don't fit the network, its loss or its classes.
  "let net = Sequential(input: [3, 32, 32]) { Flatten(); Dense(10) }\nnet.fit(Digits(count: 50))",
  "let net = Sequential { Conv(4, 3); Dense(10) }\nlet run = net.fit(Digits(count: 50).train.take(10), epochs: 2)",
  "let net = Sequential(input: [1, 28, 28]) { Conv(4, 3) }\nnet.evaluate(Digits(count: 50).test)",
  "let net = Sequential(input: [1, 28, 28]) { Flatten(); Dense(9) }\nnet.fit(Digits(count: 50))",
  "let net = Sequential(input: [3]) { Dense(2) }\nfor _ in 0..<2 { net.fit((zeros(4, 3), zeros(4, 1)), loss: .mse) }",
  "let net = Sequential(input: [1, 28, 28]) { Conv(4, 3) }\nnet.fit(Shapes(count: 20).train, target: .masks)",
  // Data sets with targets of their own.
  "let net = Model(input: [1, 28, 28]) { x in (a: Flatten()(x) |> Dense(10), b: Flatten()(x) |> Dense(4)) }\nnet.fit(Digits(count: 50), target: (.labels, .labels))",
  "let net = Model(input: [3, 64, 64]) { x in (mask: x |> Conv(4, 3), kind: x |> GlobalAvgPool() |> Dense(3)) }\nnet.fit(Shapes(count: 20).train, target: [\"mask\": .masks, \"kind\": .labels])",
  "let net = Sequential(input: [1, 28, 28]) { Flatten(); Dense(3) }\nnet.evaluate(Digits(count: 50).test, target: rand(5, 2), loss: .mse)",
  "let net = Sequential(input: [4]) { Dense(3); softmax }\nnet.fit((zeros(5, 4), [0, 1, 2, 0, 1]))",
  "let net = Model(input: [4]) { x in (a: Dense(3)(x), b: Dense(2)(x)) }\nnet.fit((zeros(5, 4), (zeros(5), zeros(5))), loss: [\"a\": .crossEntropy, \"c\": .mse])",
  "let net = Sequential(input: [1, 28, 28]) { Flatten(); Dense(3) }\nlet p = net.predict(Shapes(count: 20).test)",
  // Losses written by hand.
  "let net = Sequential(input: [4]) { Dense(3) }\nlet opt = Adam(net)\nopt.minimize { mse(net(zeros(2, 5)), zeros(2, 3)) }",
  "expect(matmul(zeros(2, 3), zeros(2, 3)).shape == [2, 3])",
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
  "var k = 3\nfor _ in 0..<2 { k += 1 }\nprint(Sequential(input: [k]) { Dense(3) }(zeros(2, 5)).shape)",
  "var k = 3\nfunc more() { k += 2 }\nmore()\nlet y = Sequential(input: [k]) { Dense(3) }(zeros(2, 5))",
  "var xs = [3]\nxs.append(4)\nlet y = Sequential(input: [xs.count]) { Dense(3) }(zeros(2, 2))",
  "let net = Sequential(input: [4]) { Dense(3) }\ndo { net.fit(Digits(count: 50)) } catch { print(error.kind) }",
  "if [1].map({ $0 }).count > 2 { Sequential(input: [4]) { Dense(3) }.fit(Digits(count: 50)) }",
  "for _ in 0..<0 { Sequential(input: [4]) { Dense(3) }.fit(Digits(count: 50)) }",
  "let net = Sequential(input: [3]) { Dense(3) }\nnet.fit((zeros(4, 3), [0, 1, 2, 0]), metrics: [.top(2)])\nprint(net.evaluate((zeros(4, 3), [0, 1, 2, 0]), metrics: [.top(2)]).top2)",
  "let net = Sequential(input: [1, 28, 28]) { Flatten(); Dense(3) }\nprint(net.fit(Digits(count: 50), target: { $0.label % 3 }).epochs)",
  "let net = Model(input: [3, 64, 64]) { x in (mask: x |> Conv(4, 3, padding: 1), kind: x |> GlobalAvgPool() |> Dense(3)) }\nprint(net.fit(Shapes(count: 20).train, target: [\"mask\": .masks, \"kind\": .labels]).epochs)",
  "let n: Double = 7\nfunc half(_ x: Double = 3) -> Double { x / 2 }\nlet net = Sequential(input: [Int(half(n) * 2), 3]) { Flatten(); Dense(2) }\nprint(net(zeros(1, 7, 3)).shape, Sequential(input: [Int(half() * 2)]) { Dense(1) }(zeros(1, 3)).shape)",
  "var n = 3\nn = 4\nlet net = Sequential(input: [n]) { Dense(2) }\nprint(net(zeros(1, 4)).shape)",
  "let n = [1, 2, 3].map { $0 * 2 }.count\nlet net = Sequential(input: [n]) { Dense(2) }\nprint(net(zeros(1, 3)).shape)",
  "let wide = rand(1).number > 2\nlet net = Sequential(input: [1, 4, 4]) { if !wide { Flatten() }; Dense(2) }\nprint(net.layers.count)",
  "var body = Dense(3)\nfunc change() { body = Dense(2) }\nchange()\nlet net = Sequential(input: [4]) { body }\nprint(net.parameterCount)",
  "do { let net = Sequential(input: [1, 2, 2]) { Dense(2) } } catch { print(error.kind) }",
])
func whatCantBeKnownIsNoError(_ program: String) {
  #expect(Session().failure(of: program) == nil)
}

/// Functions of earlier cells are followed, and checked against what was declared anew since.
@Test func functionsOfEarlierCellsAreChecked() {
  let session = Session()
  #expect(
    session.output(
      of: """
        func scale(_ x: Tensor, by f: Int) -> Tensor { x * f }
        func block(_ x: Tensor, _ n: Int) -> Tensor {
          return scale(x |> Conv(n, 3, padding: 1), by: 2) + x
        }
        """) == "")
  let mismatch = session.failure(
    of: "print(\"ran\")\nlet net = Model(input: [3, 8, 8]) { x in block(x, 4) |> GlobalAvgPool() }")
  #expect(
    mismatch?.text == """
      error: '+': the shapes [n, 4, 8, 8] and [n, 3, 8, 8] don't fit together: channels 4 != 3
       --> cell [2], line 2, column 42
         2 | let net = Model(input: [3, 8, 8]) { x in block(x, 4) |> GlobalAvgPool() }
           |                                          ^^^^^^^^^^^
       note: cell [1], line 3 in block: scale(x |> Conv(n, 3, padding: 1), by: 2) + x
       note: shapes so far: [3, 8, 8] -> Conv(4, 3, padding: 1) -> [4, 8, 8]
       fix: project the skip: x |> Conv(4, 1)
      """)
  #expect(session.output(of: "func scale(_ x: Tensor, times f: Int) -> Tensor { x * f }") == "")
  let relabelled = session.failure(of: "print(\"ran\")\nblock(zeros(1, 3, 8, 8), 3)")
  #expect(
    relabelled?.text == """
      error: scale has no parameter 'by'
       --> cell [4], line 2, column 1
         2 | block(zeros(1, 3, 8, 8), 3)
           | ^^^^^
       note: in block, cell [1], line 3: by: 2
       fix: signature: scale(_ x: Tensor, times f: Int) -> Tensor
      """)
}

/// An error that ends `fit` before its first step says nothing of epochs.
@Test func fitSaysNothingOfEpochsThatNeverBegan() {
  let session = Session()
  let sink = RecordingSink()
  let program = """
    let x = rand(4, 3)
    let net = Sequential(input: [3]) { Dense(2) }
    var y = zeros(4, 3)
    if x.sum() > 0 { y = zeros(4, 1) }
    net.fit((x, y), loss: .mse)
    """
  guard case .failed = session.execute(program, sink: sink).outcome else {
    Issue.record("no error")
    return
  }
  #expect(sink.text == "")
}
