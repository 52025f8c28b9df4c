import TensorRuntime
import Visualization

/// Which class was taken for which, in a program.
final class ConfusionObject: HostObject {
  let matrix: ConfusionMatrix

  init(_ matrix: ConfusionMatrix) { self.matrix = matrix }

  var text: String { matrix.text() }

  static let declaration = TypeDeclaration(
    "Confusion", "Which class was taken for which: a row per true class, a column per predicted one.",
    members: [
      .property("counts", .tensor, "How many of class [row] were taken for class [column].") {
        (object: ConfusionObject) in
        let counts = object.matrix.counts
        return .tensor(try Tensor(counts.joined().map { Int32($0) }, [counts.count, counts.count]))
      },
      .property("accuracy", .double, "The share that is right.") { (object: ConfusionObject) in
        .double(object.matrix.accuracy)
      },
      .property("precision", .array(.double), "For each class TP / (TP + FP); nan where it was never said.") {
        (object: ConfusionObject) in
        .array(of: object.matrix.counts.indices.map { .double(object.matrix.precision($0)) })
      },
      .property("recall", .array(.double), "For each class TP / (TP + FN); nan where there is none.") {
        (object: ConfusionObject) in
        .array(of: object.matrix.counts.indices.map { .double(object.matrix.recall($0)) })
      },
      .method(
        "mostConfused", "The pairs that were mixed up most: (true, predicted, count).",
        [.positional("limit", .int, "how many", default: .int(5))], returns: .array(.unknown)
      ) { (object: ConfusionObject, call) in
        let names = object.matrix.classNames
        return .array(
          of: object.matrix.mostConfused(try call.int("limit")).map {
            .tuple(
              ("true", .string(names[$0.label])), ("predicted", .string(names[$0.prediction])),
              ("count", .int($0.count)))
          })
      },
    ])

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle {
    try FigureBundle.make(.drawings([matrix.heatMap()], text: matrix.text()), context)
  }
}
