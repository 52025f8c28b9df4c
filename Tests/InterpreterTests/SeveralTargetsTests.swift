import Interpreter
import Testing

/// Networks of several outputs on data sets: what `target:` takes, and what it says where it is wrong.
@Suite struct SeveralTargetsTests {
  /// Digits with a head for the class and one for what a closure makes of it.
  private static let digits = """
    seed(3)
    let data = Digits(count: 300, validation: 0.2)
    let net = Model(input: [1, 28, 28]) { x in
      let h = x |> Flatten() |> Dense(32, activation: .relu)
      return (digit: h |> Dense(10), parity: h |> Dense(2))
    }
    """

  @Test(arguments: [
    "(.labels, { $0.label % 2 })", "[\"parity\": { $0.label % 2 }, \"digit\": .labels]",
    "(digit: .labels, parity: { sample in sample.label % 2 })",
  ])
  func aDataSetHasATargetForEachOutput(_ target: String) {
    let session = Session()
    _ = session.output(of: Self.digits)
    _ = session.output(
      of: "let run = net.fit(data, target: \(target), epochs: 12, optimizer: .adam(lr: 3e-3))")
    // Digits are easily told apart: chance would be 0.1 and 0.5.
    let check = """
      let e = net.evaluate(data.train, target: \(target))
      print(e.digitAccuracy > 0.6, e.parityAccuracy > 0.8, isClose(e.loss, e.digitLoss + e.parityLoss, within: 1e-4))
      """
    #expect(session.output(of: check) == "true true true\n")
  }

  @Test func masksAndLabelsAreLearnedTogether() {
    let session = Session()
    let source = """
      seed(1)
      let shapes = Shapes(count: 40, size: 32)
      let net = Model(input: [3, 32, 32]) { x in
        let a = x |> Conv(8, 3, padding: .same, activation: .relu)
        return (mask: a |> Conv(4, 1), kind: a |> GlobalAvgPool() |> Dense(3))
      }
      let turned = shapes.train.augmented(Augment(flip: .horizontal))
      let run = net.fit(turned, target: (.masks, .labels), epochs: 2, loss: (.crossEntropy + .dice, .crossEntropy),
                        metrics: ["mask": [.meanIoU], "kind": [.accuracy]])
      let e = net.evaluate(shapes.test, target: (.masks, .labels), metrics: ["mask": [.meanIoU]])
      print(run.epochs, 0 <= e.maskMeanIoU && e.maskMeanIoU <= 1)
      """
    #expect(session.output(of: source).hasSuffix("2 true\n"))
  }

  /// A closure's numbers of every kind, and values beside the samples.
  @Test(arguments: [
    ("{ $0.label / 9.0 }", ".mse"), ("{ Tensor([1.0, $0.label]) }", ".mse"),
    ("{ $0.label % 2 }", ".crossEntropy"),
    ("zeros(240, 2)", ".mse"),
  ])
  func oneOutputHasATargetOfItsOwn(_ target: String, _ loss: String) {
    let session = Session()
    let source = """
      seed(3)
      let data = Digits(count: 300)
      let net = Sequential(input: [1, 28, 28]) { Flatten(); Dense(\(target.contains("9.0") ? 1 : 2)) }
      net.fit(data.train, target: \(target), loss: \(loss))
      print("trained")
      """
    let output = session.output(of: source)
    if target.contains("9.0") {
      // One number a sample is [n], and the network gives [n, 1].
      #expect(output.contains("[n, 1]") || output.hasSuffix("trained\n"), "\(output)")
    } else {
      #expect(output.hasSuffix("trained\n"), "\(output)")
    }
  }

  @Test(arguments: [
    ("(.labels, .mask)", "fit has no option .mask", "did you mean .masks?"),
    ("(.labels, .masks)", "these images have no masks", "Shapes"),
    (
      "(.labels, { sample in \"odd\" })",
      "the closure gives a String for sample 0, wanted a number or a Tensor", "sample in"
    ),
    ("(.labels, zeros(7))", "there are targets [7] for 190 samples", "a closure"),
    ("(.labels, 3)", "target: wants .labels", "sample.label % 2"),
    ("[\"digits\": .labels]", "the targets name the output 'digits'", "did you mean 'digit'?"),
    ("[\"digit\": .labels]", "there is no target for the output 'parity'", "digit"),
    ("(.labels, { ones($0.label) })", "the closure gives", "targets have one shape"),
  ])
  func wrongTargetsAreExplained(_ target: String, _ message: String, _ fix: String) {
    let session = Session()
    _ = session.output(of: Self.digits)
    let error = session.failure(of: "net.fit(data, target: \(target))")?.text ?? ""
    #expect(error.contains(message) && error.contains(fix), "\(error)")
  }
}
