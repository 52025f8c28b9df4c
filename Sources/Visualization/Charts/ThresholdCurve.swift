/// How a detector's mistakes trade off as its threshold goes from above the highest score to below the lowest.
package struct ThresholdCurve: Sendable {
  /// One threshold.
  package struct Point: Sendable, Equatable {
    /// Scores at or above it count as found.
    package let threshold: Double
    /// Of what is there, the share that is found: TP / (TP + FN).
    package let recall: Double
    /// Of what is found, the share that is there: TP / (TP + FP); 1 where nothing is.
    package let precision: Double
    /// Of what is not there, the share that is found all the same: FP / (FP + TN).
    package let falsePositiveRate: Double
  }

  /// From the strictest threshold on; equal scores share one.
  package let points: [Point]

  /// Counts scores of samples that are or are not what is looked for; `nil` unless there are some of both.
  package init?(scores: [Double], isPositive: [Bool]) {
    let positives = isPositive.filter { $0 }.count
    let negatives = isPositive.count - positives
    guard scores.count == isPositive.count, positives > 0, negatives > 0 else { return nil }
    let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    var points = [Point(threshold: .infinity, recall: 0, precision: 1, falsePositiveRate: 0)]
    var (found, wrong) = (0, 0)
    for (place, index) in order.enumerated() {
      if isPositive[index] { found += 1 } else { wrong += 1 }
      if place + 1 < order.count, scores[order[place + 1]] == scores[index] { continue }
      points.append(
        Point(
          threshold: scores[index], recall: Double(found) / Double(positives),
          precision: Double(found) / Double(found + wrong),
          falsePositiveRate: Double(wrong) / Double(negatives)))
    }
    self.points = points
  }

  /// The area under recall over false positives (trapezoids): the chance that a positive scores above a negative.
  package var areaUnderROC: Double {
    zip(points, points.dropFirst()).reduce(0) {
      $0 + ($1.1.falsePositiveRate - $1.0.falsePositiveRate) * ($1.1.recall + $1.0.recall) / 2
    }
  }

  /// The sum of precision times the step in recall (average precision, as scikit-learn has it).
  package var averagePrecision: Double {
    zip(points, points.dropFirst()).reduce(0) { $0 + ($1.1.recall - $1.0.recall) * $1.1.precision }
  }
}
