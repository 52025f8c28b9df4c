import Interpreter
import Testing

/// Course row G2: a grid of 12 × 19 labels with the stated counts {3: 70, 5: 55, 1: 50, 4: 49, 2: 4}.
private let labelGrid = """
  let runs = [(3, 70), (5, 55), (1, 50), (4, 49), (2, 4)].map { full($0.1, value: $0.0) }
  let grid = concat(runs, axis: 0).cast(to: .int32).reshaped(12, 19)

  """

@Test(arguments: [
  // Course row G3 by hand: TP 2, FP 1, FN 1 are Dice 2/3 and IoU 1/2.
  (
    "let m = confusionMatrix([1, 1, 1, 0], [1, 1, 0, 1])\nprint(m.classIoU[1], isClose(m.classDice[1], 2 / 3.0), m.pixelAccuracy)",
    "0.5 true 0.5\n"
  ),
  (
    "let m = confusionMatrix([0, 0], [0, 0], classes: [\"ground\", \"tree\"], empty: .zero)\nprint(m.meanIoU, m.classes, m.counts == Tensor([[2, 0], [0, 0]]))",
    "0.5 [\"ground\", \"tree\"] true\n"
  ),
  ("print(confusionMatrix([0, 255], [0, 1], ignore: 255).pixelAccuracy)", "1.0\n"),
  ("print(isClose(diceLoss(Tensor([[[[9, -9]]]]), Tensor([[[[1, 0]]]])), 0, within: 1e-3))", "true\n"),
  (
    "print(matched(ones(1, 5, 7), to: [4, 4]).shape, matched(ones(1, 5, 7), to: zeros(8, 8), by: .pad).shape)",
    "[1, 4, 4] [1, 8, 8]\n"
  ),
  (
    "let x = Tensor([[[[1, 9], [3, 4]]]])\nprint(MaxUnpool(2)(MaxPool(2)(x), x) == Tensor([[[[0, 9], [0, 0]]]]))",
    "true\n"
  ),
  (
    "let s = Shapes(count: 10, size: 32)\nprint(s[0].mask.shape, s.train.masks.shape, s.maskClasses, s[-1].instances.shape)",
    "[32, 32] [8, 32, 32] [\"background\", \"circle\", \"rectangle\", \"triangle\"] [32, 32]\n"
  ),
])
func masksAreMeasured(_ source: String, _ text: String) {
  #expect(Session().output(of: source) == text)
}

/// What tour section 8 does, in small.
@Test func aNetworkIsTrainedOnMasks() {
  let session = Session()
  let text = session.output(
    of: """
      let shapes = Shapes(count: 20, size: 16, most: 1)
      let unet = UNet(input: [3, 16, 16], classes: 4, width: 4, depth: 2)
      let run = unet.fit(shapes.train, target: .masks, loss: .crossEntropy + 0.5 * .dice(background: false), metrics: [.meanIoU, .dice(ignore: 255)])
      let score = unet.evaluate(shapes.test, target: .masks, metrics: [.pixelAccuracy, .meanPixelAccuracy, .meanIoU, .dice])
      expect(score.meanIoU > 0 && score.meanIoU <= score.dice && score.pixelAccuracy <= 1)
      expect(score.meanIoU == score.confusion.meanIoU && score.confusion.classIoU.count == 4)
      show(shapes[0].image, mask: argmax(unet(shapes[0].image), axis: 0), classes: shapes.maskClasses)
      print(score.confusion)
      """)
  #expect(text.contains("meanIoU") && text.contains("rectangle") && !text.contains("error"), "\(text)")
}

@Test func masksThatDontFitAreErrors() {
  let session = Session()
  #expect(
    session.failure(
      of: "UNet(input: [1, 28, 28], classes: 2, width: 2).fit(Digits(count: 10), target: .masks)")?
      .message == "these images have no masks")
  #expect(session.failure(of: "UNet(input: [1, 4, 4], classes: 2)")?.message.contains("too small") == true)
  #expect(session.failure(of: "show(zeros(1, 4, 4), mask: zeros(3, 3))")?.kind == "ShapeError")
  #expect(session.failure(of: "confusionMatrix([0, 1], [0, 1, 2])")?.kind == "ShapeError")
  #expect(session.failure(of: "confusionMatrix([0, 7], [0, 1], classes: 2)") != nil)
  #expect(session.failure(of: "Digits(count: 10)[99]")?.kind == "IndexError")
  #expect(
    session.failure(of: "Dense(2)(zeros(1, 2)); UNet(input: [1, 8, 8], classes: 2, up: .cubic)")?.kind
      == "NameError")
}

@Test func aLabelGridIsShownAsCharacters() {
  let lines = Session().output(
    of: labelGrid
      + "show(grid, classes: [\"none\", \"person\", \"purse\", \"plants\", \"sidewalk\", \"building\"])"
  )
  .split(separator: "\n")
  #expect(lines.count == 13)
  #expect(lines.first == Substring(String(repeating: "3", count: 38)))
  let symbols = lines.prefix(12).joined()
  #expect(symbols.count == 228 * 2)
  for (number, count) in [("3", 70), ("5", 55), ("1", 50), ("4", 49), ("2", 4)] {
    #expect(symbols.filter { String($0) == number }.count == 2 * count)
  }
  #expect(lines.last == ". none  1 person  2 purse  3 plants  4 sidewalk  5 building")
}
