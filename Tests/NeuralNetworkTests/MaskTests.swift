import Foundation
import NeuralNetwork
import TensorRuntime
import Testing

/// What is measured on masks, against scikit-learn and by hand.
@Suite struct MaskMeasureTests {
  let bench = Bench()

  /// Logits `[n, classes, …]` whose largest class is the one given.
  private func logits(_ numbers: [Int32], _ shape: Shape, classes: Int) throws -> Tensor {
    try Tensor(numbers, shape).oneHot(depth: classes, axis: 1)
  }

  private func measured(_ metrics: [Metric], _ output: Tensor, _ target: Tensor) throws -> [Double] {
    try metrics.map { metric in
      metric.value(try bench.runtime.floats(of: metric.contribution(output, target)).map(Double.init))
    }
  }

  @Test func masksMeasureAsScikitLearnSays() throws {
    for (classes, truth, predicted, wanted) in MaskReference.cases {
      let counts = try Tensor(truth, [12, 15]).confusionCounts(Tensor(predicted, [12, 15]), classes: classes)
      var matrix = ClassConfusion(try bench.runtime.int32s(of: counts).map(Double.init))
      #expect(matrix.counts.flatMap { $0 } == wanted["confusion"])
      for rule in ClassConfusion.EmptyClassRule.allCases {
        matrix.rule = rule
        expectClose([matrix.pixelAccuracy], wanted["pixelAccuracy"])
        expectClose([matrix.meanPixelAccuracy], wanted["meanPixelAccuracy.\(rule)"])
        expectClose([matrix.meanIoU], wanted["meanIoU.\(rule)"])
        expectClose([matrix.meanDice], wanted["meanDice.\(rule)"])
      }
      matrix.rule = .zero
      expectClose(matrix.intersectionsOverUnions, wanted["iou"])
      expectClose(matrix.diceCoefficients, wanted["dice"])
      expectClose(matrix.precisions, wanted["precision"])
      let output = try logits(predicted, [1, 12, 15], classes: classes)
      var rules = Metric.MaskRules()
      rules.empty = .one
      let values = try measured(
        [
          .masks(.pixelAccuracy), .masks(.meanPixelAccuracy, rules), .masks(.meanIoU, rules),
          .masks(.dice, rules),
        ],
        output, try Tensor(truth, [1, 12, 15]))
      expectClose(
        values,
        ["pixelAccuracy", "meanPixelAccuracy.one", "meanIoU.one", "meanDice.one"].flatMap { wanted[$0] ?? [] }
      )
    }
  }

  private func expectClose(_ got: [Double], _ wanted: [Double]?) {
    #expect(got.count == wanted?.count)
    for (a, b) in zip(got, wanted ?? []) { #expect(abs(a - b) < 1e-6) }
  }

  /// Course row G3: TP 2, FP 1, FN 1 are Dice 2/3 and IoU 1/2; Dice = 2 IoU / (1 + IoU).
  @Test func theCoursesExample() throws {
    let matrix = ClassConfusion([5, 1, 1, 2])
    #expect(matrix.diceCoefficients[1] == 4.0 / 6)
    #expect(matrix.intersectionsOverUnions[1] == 0.5)
    for (dice, iou) in zip(matrix.diceCoefficients, matrix.intersectionsOverUnions) {
      let same: Double = 2 * iou / (1 + iou)
      #expect(abs(dice - same) < 1e-15)
    }
    let accuracies: [Double] = [5.0 / 6, 2.0 / 3]
    #expect(matrix.classAccuracies == accuracies)
  }

  @Test func anEmptyClassCountsAsTheRuleSays() {
    var matrix = ClassConfusion([4, 0, 0, 0])
    #expect(matrix.meanIoU == 1)
    matrix.rule = .zero
    #expect(matrix.meanIoU == 0.5)
    matrix.rule = .one
    #expect(matrix.meanIoU == 1)
    matrix.countsBackground = false
    #expect(matrix.meanDice == 1)
    matrix.rule = .skip
    #expect(matrix.meanDice.isNaN)
    #expect(ClassConfusion([]).pixelAccuracy.isNaN)
    #expect(ClassConfusion([1, 2, 3]).classCount == 0)
  }

  @Test func pixelsOfTheIgnoredClassDontCount() throws {
    let truth = try Tensor([Int32(0), 1, 255, 255], [1, 2, 2])
    let output = try logits([0, 1, 1, 0], [1, 2, 2], classes: 2)
    var rules = Metric.MaskRules()
    rules.ignoring = 255
    #expect(try measured([.masks(.pixelAccuracy, rules)], output, truth) == [1])
    let failure = #expect(throws: TensorError.self) {
      _ = try measured([.masks(.pixelAccuracy)], output, truth)
    }
    #expect("\(failure?.message ?? "")".contains("got the class number 255, wanted 0 ..< 2"))
  }

  @Test func oneChannelIsForegroundAgainstBackground() throws {
    let output = try Tensor([Float(2), -1, 0.5, -3], [1, 1, 2, 2])
    let truth = try Tensor([Int32(1), 0, 0, 0], [1, 2, 2])
    #expect(try measured([.masks(.pixelAccuracy)], output, truth) == [0.75])
    #expect(
      try measured([.masks(.pixelAccuracy)], output, truth.cast(.float32).reshaped([1, 1, 2, 2])) == [0.75])
  }

  @Test func evaluationCountsOverAllBatches() throws {
    // 300 samples are more than one batch; every third pixel of class 1 is taken for class 0.
    let truth = (0..<300).map { Int32($0 % 2) }
    let inputs = (0..<300).flatMap { i -> [Float] in
      let predicted = i % 6 == 5 ? 0 : i % 2
      return [predicted == 0 ? 1 : 0, predicted == 1 ? 1 : 0]
    }
    let network = try bench.sequential([2, 1, 1], [ActivationLayer(.linear)])
    let data = try TensorData(
      inputs: [Tensor(inputs, [300, 2, 1, 1])], targets: [try Tensor(truth, [300, 1, 1])],
      runtime: bench.runtime)
    let result = try network.evaluate(
      data, objective: Objective(.crossEntropy() + .dice(), metrics: [.masks(.meanIoU), .masks(.dice)]),
      runtime: bench.runtime,
      random: bench.random)
    #expect(result.confusion?.counts == [[150, 0], [50, 100]])
    let wanted = (150.0 / 200 + 100.0 / 150) / 2
    #expect(abs(result.metrics[0].value - wanted) < 1e-12)
    #expect(result.metrics.map(\.name) == ["meanIoU", "dice"])
  }
}

/// Losses on masks against their definitions, and their gradients against finite differences.
@Suite struct MaskLossTests {
  let bench = Bench()
  private let labels = (0..<40).map { Int32($0 * 7 % 3) }

  private func wave(_ shape: Shape) -> [Float] {
    (0..<shape.elementCount).map { Float(2 * sin(0.37 * Double($0) + 0.3)) }
  }

  private func cases() throws -> [(name: String, loss: Loss, output: Shape, target: Tensor)] {
    let target = try Tensor(labels, [2, 4, 5])
    let hot = try target.oneHot(depth: 3, axis: 1)
    let foreground = try (target .== .scalar(2, .int32)).cast(.float32).reshaped([2, 1, 4, 5])
    let three: Shape = [2, 3, 4, 5]
    let one: Shape = [2, 1, 4, 5]
    return [
      ("dice", .dice(), three, target), ("dice", .dice(), three, hot),
      ("diceForeground", .dice(.init(countsBackground: false)), three, target),
      ("diceIgnoring", .dice(.init(ignoring: 1)), three, target),
      ("diceBinary", .dice(), one, foreground), ("tversky", .tversky(), three, target),
      ("focal", .focal(), three, target), ("focal", .focal(), three, hot),
      ("focalWeighted", .focal(gamma: 1.5, classWeights: [0.5, 1, 2]), three, target),
      ("focalIgnoring", .focal(ignoring: 1), three, target), ("focalBinary", .focal(), one, foreground),
      ("sum", .crossEntropy() + .dice(), three, target),
    ]
  }

  @Test func lossesAreAsDefined() throws {
    for (name, loss, shape, target) in try cases() {
      let value = try bench.runtime.item(of: loss.value(Tensor(wave(shape), shape), target))
      let wanted = try #require(MaskReference.losses[name])
      #expect(abs(value - wanted) < 2e-6, "\(name) of \(target.shape)")
    }
  }

  @Test func gradientsAreThoseOfFiniteDifferences() throws {
    for (name, loss, shape, target) in try cases() {
      let x = wave(shape)
      let variable = Parameter("x", try Tensor(x, shape))
      let value = try loss.value(variable.tensor, target)
      let gradient = try #require(try gradients(of: value, withRespectTo: [variable.tensor])[0])
      let slopes = try bench.runtime.floats(of: gradient)
      for place in stride(from: 0, to: x.count, by: 7) {
        let differences = try [Float(1e-2), -1e-2].map { step -> Double in
          var moved = x
          moved[place] += step
          return try bench.runtime.item(of: loss.value(Tensor(moved, shape), target))
        }
        let slope = (differences[0] - differences[1]) / 2e-2
        #expect(abs(slope - Double(slopes[place])) < 1e-4, "\(name) at \(place)")
      }
    }
  }

  @Test func whatDoesntBelongTogetherIsSaid() throws {
    let output = try Tensor.zeros([1, 3, 2, 2])
    for loss in [Loss.dice(), .tversky(), .focal()] {
      #expect(throws: LayerError.self) { _ = try loss.value(output, Tensor.zeros([1, 4, 4], .int32)) }
      #expect(throws: TensorError.self) {
        _ = try bench.runtime.item(of: loss.value(output, Tensor([Int32(0), 1, 2, 3], [1, 2, 2])))
      }
    }
  }
}
