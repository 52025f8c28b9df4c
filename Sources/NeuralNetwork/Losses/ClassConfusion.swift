/// How often each class was taken for each, and every measure of segmentation that follows from it.
///
/// All measures count pixels over the whole set, not image by image. A class that occurs neither in the truth nor among
/// the predictions has no IoU and no Dice (0/0), one that the truth lacks no accuracy: the ``EmptyClassRule`` says what
/// becomes of it.
package struct ClassConfusion: Equatable, Sendable {
  /// What the measures of a class are for which there is nothing to measure.
  package enum EmptyClassRule: String, CaseIterable, Sendable {
    /// Left out of means; alone it is nan.
    case skip
    /// 1: nothing was there, nothing was found.
    case one
    /// 0, as scikit-learn has it by default.
    case zero

    fileprivate var value: Double {
      switch self {
      case .skip: .nan
      case .one: 1
      case .zero: 0
      }
    }
  }

  /// How many pixels of each true class (row) were taken for each class (column).
  package let counts: [[Double]]
  /// What becomes of classes without pixels.
  package var rule = EmptyClassRule.skip
  /// Whether class 0 is one of the classes that means are taken over.
  package var countsBackground = true

  /// Makes a matrix from counts in rows, one after the other: `classes` times `classes` numbers, else an empty one.
  package init(_ flat: [Double]) {
    let classes = Int(Double(flat.count).squareRoot().rounded())
    guard classes * classes == flat.count else {
      counts = []
      return
    }
    counts = (0..<classes).map { Array(flat[$0 * classes..<($0 + 1) * classes]) }
  }

  /// How many classes there are.
  package var classCount: Int { counts.count }
  /// How many pixels count.
  package var total: Double { counts.reduce(0) { $0 + $1.reduce(0, +) } }
  /// Pixels whose class was found, by class.
  package var hits: [Double] { counts.indices.map { counts[$0][$0] } }
  /// Pixels that are of a class.
  package var truths: [Double] { counts.map { $0.reduce(0, +) } }
  /// Pixels that were taken for a class.
  package var predictions: [Double] { counts.indices.map { column in counts.reduce(0) { $0 + $1[column] } } }

  /// The share of pixels that is right; nan when there are none.
  package var pixelAccuracy: Double { total > 0 ? hits.reduce(0, +) / total : .nan }
  /// The share of each class's pixels that was found: TP / (TP + FN), also called recall.
  package var classAccuracies: [Double] { zip(hits, truths).map { quotient($0, $1) } }
  /// The share of what was taken for a class that is right: TP / (TP + FP).
  package var precisions: [Double] { zip(hits, predictions).map { quotient($0, $1) } }
  /// Intersection over union: TP / (TP + FP + FN).
  package var intersectionsOverUnions: [Double] {
    counts.indices.map { quotient(hits[$0], truths[$0] + predictions[$0] - hits[$0]) }
  }
  /// Dice, the same as F1: 2 TP / (2 TP + FP + FN).
  package var diceCoefficients: [Double] {
    counts.indices.map { quotient(2 * hits[$0], truths[$0] + predictions[$0]) }
  }

  /// The mean of the classes' accuracies (mPA).
  package var meanPixelAccuracy: Double { mean(classAccuracies) }
  /// The mean of the classes' IoU (mIoU).
  package var meanIoU: Double { mean(intersectionsOverUnions) }
  /// The mean of the classes' Dice.
  package var meanDice: Double { mean(diceCoefficients) }

  private func quotient(_ part: Double, _ whole: Double) -> Double { whole > 0 ? part / whole : rule.value }

  private func mean(_ values: [Double]) -> Double {
    let counted = values.dropFirst(countsBackground || values.count < 2 ? 0 : 1).filter { !$0.isNaN }
    return counted.isEmpty ? .nan : counted.reduce(0, +) / Double(counted.count)
  }
}
