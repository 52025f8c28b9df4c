import Foundation

/// How often each class was taken for each other one: a row for each true class, a column for each prediction.
package struct ConfusionMatrix: Sendable, Equatable {
  /// The names of the classes.
  package let classNames: [String]
  /// How many images of class `row` were taken for class `column`.
  package let counts: [[Int]]

  /// Counts pairs of true and predicted class numbers; pairs outside the classes are left out.
  package init(classNames: [String], labels: [Int], predictions: [Int]) {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classNames.count), count: classNames.count)
    for (label, prediction) in zip(labels, predictions)
    where classNames.indices.contains(label) && classNames.indices.contains(prediction) {
      counts[label][prediction] += 1
    }
    (self.classNames, self.counts) = (classNames, counts)
  }

  /// How many pairs were counted.
  package var total: Int { counts.joined().reduce(0, +) }
  /// The share of right predictions; NaN when nothing was counted.
  package var accuracy: Double {
    Double(counts.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(total)
  }
  /// Of what was taken for a class, the share that is of it: TP / (TP + FP); NaN when nothing was.
  package func precision(_ number: Int) -> Double {
    Double(counts[number][number]) / Double(counts.reduce(0) { $0 + $1[number] })
  }
  /// Of what is of a class, the share taken for it: TP / (TP + FN); NaN when nothing is.
  package func recall(_ number: Int) -> Double {
    Double(counts[number][number]) / Double(counts[number].reduce(0, +))
  }

  /// The pairs of different classes that were mixed up most, most often first.
  package func mostConfused(_ limit: Int) -> [(label: Int, prediction: Int, count: Int)] {
    let pairs = counts.indices.flatMap { row in
      counts.indices.filter { $0 != row && counts[row][$0] > 0 }.map { (row, $0, counts[row][$0]) }
    }
    let sorted = pairs.sorted { $0.2 != $1.2 ? $0.2 > $1.2 : ($0.0, $0.1) < ($1.0, $1.1) }
    return sorted.prefix(max(0, limit)).map { (label: $0.0, prediction: $0.1, count: $0.2) }
  }

  /// The counts as coloured cells; the root of each share is shown, so that rare mistakes are seen too.
  package func heatMap(theme: Theme = .light) -> HeatMap {
    var map = HeatMap(
      counts.map { row in
        let sum = Double(max(1, row.reduce(0, +)))
        return row.map { (Double($0) / sum).squareRoot() }
      })
    map.title = title
    (map.xLabel, map.yLabel) = ("predicted", "true")
    (map.rowNames, map.columnNames) = (classNames, classNames)
    map.texts = counts.map { row in row.map { $0 == 0 ? "" : String($0) } }
    map.range = 0...1
    map.map = .blues
    map.theme = theme
    return map
  }

  /// The counts as an aligned table with precision and recall of each class.
  package func text() -> String {
    var table = TextTable(header: ["true\\predicted"] + classNames + ["recall"])
    for (row, numbers) in counts.enumerated() {
      let cells = numbers.map { $0 == 0 ? "·" : String($0) }
      table.append([classNames[row]] + cells + [Self.percent(recall(row))])
    }
    table.append(
      ["precision"] + counts.indices.map { Self.percent(precision($0)) } + [Self.percent(accuracy)])
    return title + "\n" + table.text()
  }

  private var title: String {
    let right = counts.indices.reduce(0) { $0 + counts[$1][$1] }
    return "\(right) of \(total) right (\(Self.percent(accuracy)))"
  }

  private static func percent(_ share: Double) -> String {
    share.isFinite ? String(format: "%.1f%%", share * 100) : "–"
  }
}
