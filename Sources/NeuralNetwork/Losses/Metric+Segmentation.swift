import TensorRuntime

extension Metric {
  /// What is measured on masks: each a number from the same confusion matrix, which is counted once per batch.
  package enum MaskMeasure: String, CaseIterable, Sendable {
    case pixelAccuracy, meanPixelAccuracy, meanIoU, dice
  }

  /// How masks are measured.
  package struct MaskRules: Hashable, Sendable {
    /// What becomes of classes without pixels.
    package var empty = ClassConfusion.EmptyClassRule.skip
    /// The class number of pixels that don't count.
    package var ignoring: Int?
    /// Whether class 0 is one of the classes that means are taken over.
    package var countsBackground = true

    /// Makes the defaults: empty classes left out, all pixels and classes counted.
    package init() {}
  }

  /// A measure of predicted masks: outputs are logits `[N, C, …]` (or `[N, 1, …]`, foreground above 0), targets class
  /// numbers `[N, …]` or shares `[N, C, …]`.
  package static func masks(_ measure: MaskMeasure, _ rules: MaskRules = MaskRules()) -> Metric {
    let matrix = { (sums: [Double]) -> ClassConfusion in
      var matrix = ClassConfusion(sums)
      (matrix.rule, matrix.countsBackground) = (rules.empty, rules.countsBackground)
      return matrix
    }
    var metric = Metric(measure.rawValue) { output, target in
      try confusion(of: output, target, ignoring: rules.ignoring)
    } value: { sums in
      let matrix = matrix(sums)
      switch measure {
      case .pixelAccuracy: return matrix.pixelAccuracy
      case .meanPixelAccuracy: return matrix.meanPixelAccuracy
      case .meanIoU: return matrix.meanIoU
      case .dice: return matrix.meanDice
      }
    }
    metric.confusion = matrix
    return metric
  }

  /// The counts of a batch, `[C, C]`.
  private static func confusion(of output: Tensor, _ target: Tensor, ignoring: Int?) throws -> Tensor {
    guard output.rank >= 2 else {
      throw LayerError("masks are measured on outputs [samples, classes, …], got \(output.shape)")
    }
    let isBinary = output.shape[1] == 1
    let predicted = try isBinary ? (output .> .scalar(0)).cast(.int32) : output.argmax(axis: 1)
    let isShared = target.shape == output.shape && !isBinary
    let truth = try isShared ? target.argmax(axis: 1) : target.cast(.int32)
    guard truth.shape.elementCount == predicted.shape.elementCount else {
      throw LayerError("the output \(output.shape) and the masks \(target.shape) don't belong together")
    }
    return try truth.reshaped(predicted.shape).confusionCounts(
      predicted, classes: max(2, output.shape[1]), ignoring: ignoring)
  }
}
