import NeuralNetwork
import TensorRuntime
import Visualization

/// Which class was taken for which, in a program: what `score.confusion` and `confusionMatrix` give.
final class ConfusionMatrixObject: HostObject {
  let matrix: ClassConfusion
  let names: [String]

  init(_ matrix: ClassConfusion, names: [String]) {
    self.matrix = matrix
    self.names = names
  }

  var text: String { table.text() }

  static let declaration = TypeDeclaration(
    "ConfusionMatrix",
    """
    Pixels counted by their true class (row) and the class they were taken for (column). Counts are over all pixels \
    together, not image by image. A class that is neither in the truth nor predicted has no IoU and no Dice, one that \
    the truth lacks no accuracy: `empty:` says whether it is left out of means, counts as 1 or as 0. Shown as a table \
    with a row for each class.
    """,
    members: [
      .property("counts", .tensor, "The counts, [classes, classes].") { (object: ConfusionMatrixObject) in
        let matrix = object.matrix
        return .tensor(
          try Tensor(matrix.counts.flatMap { $0.map { Float($0) } }, [matrix.classCount, matrix.classCount]))
      },
      number("pixelAccuracy", "The share of pixels that is right.", \.pixelAccuracy),
      number("meanPixelAccuracy", "The mean of the classes' TP / (TP + FN) (mPA).", \.meanPixelAccuracy),
      number("meanIoU", "The mean of the classes' TP / (TP + FP + FN).", \.meanIoU),
      number("dice", "The mean of the classes' 2 TP / (2 TP + FP + FN), which is F1.", \.meanDice),
      numbers("classAccuracy", "TP / (TP + FN) of each class.", \.classAccuracies),
      numbers("classPrecision", "TP / (TP + FP) of each class.", \.precisions),
      numbers("classIoU", "TP / (TP + FP + FN) of each class.", \.intersectionsOverUnions),
      numbers("classDice", "2 TP / (2 TP + FP + FN) of each class.", \.diceCoefficients),
      .property("classes", .array(.string), "The names of the classes, by number.") {
        (object: ConfusionMatrixObject) in .strings(object.className)
      },
    ])

  private static func number(
    _ name: String, _ summary: String, _ value: @escaping (ClassConfusion) -> Double
  ) -> Member {
    .property(name, .double, summary) { (object: ConfusionMatrixObject) in .double(value(object.matrix)) }
  }

  private static func numbers(
    _ name: String, _ summary: String, _ values: @escaping (ClassConfusion) -> [Double]
  ) -> Member {
    .property(name, .array(.double), summary) { (object: ConfusionMatrixObject) in
      .array(of: values(object.matrix).map { .double($0) })
    }
  }

  private var className: [String] {
    (0..<matrix.classCount).map { names.indices.contains($0) ? names[$0] : "class \($0)" }
  }

  /// A row for each class and one for all.
  var table: TextTable {
    var table = TextTable(header: ["class", "pixels", "accuracy", "precision", "IoU", "Dice"])
    let text = { (value: Double) in value.isNaN ? "-" : TrainingText.number(value) }
    let truths = matrix.truths
    let columns = [
      matrix.classAccuracies, matrix.precisions, matrix.intersectionsOverUnions, matrix.diceCoefficients,
    ]
    for (index, name) in className.enumerated() {
      table.append([name, TrainingText.count(Int(truths[index]))] + columns.map { text($0[index]) })
    }
    table.append(
      ["mean", TrainingText.count(Int(matrix.total)), text(matrix.meanPixelAccuracy), ""]
        + [text(matrix.meanIoU), text(matrix.meanDice)])
    return table
  }

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle {
    let share = matrix.pixelAccuracy.isNaN ? "no pixels" : TrainingText.percent(matrix.pixelAccuracy)
    return try FigureBundle.make(
      .table(table, caption: "\(share) of pixels right"), context)
  }
}
