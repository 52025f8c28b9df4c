import NeuralNetwork
import TensorRuntime
import Visualization

/// The multiply-add table behind one number, in a program.
final class ExplanationObject: HostObject {
  private let explanation: NumberExplanation
  private let title: String
  /// More rows than this are summed up in one: a dense layer may have thousands of inputs.
  private static let rowLimit = 40

  private init(_ explanation: NumberExplanation, title: String) {
    (self.explanation, self.title) = (explanation, title)
  }

  static func explain(
    _ model: ModelObject, x: Tensor, at path: String, channel: Int, row: Int, column: Int, _ call: Arguments
  ) throws -> Value {
    let sample = try ModelInspection.sample(model, try x.cast(.float32), call)
    let runtime = try call.context.runtime()
    let output = try model.network.features(
      at: path, of: [try sample.expanded(axis: 0)],
      in: Pass(isTraining: false, random: call.context.random))
    let place = output.rank == 2 ? [channel] : [channel, row, column]
    let found = try model.network.explanation(
      of: sample, at: path, place: place, runtime: runtime, random: call.context.random)
    return .host(ExplanationObject(found, title: "\(path)\(place), \(found.notation)"))
  }

  var text: String { caption + "\n" + table.text() }

  static let declaration = TypeDeclaration(
    "Explanation", "The multiply-add table behind one number of a layer's output.",
    members: [
      .property("value", .double, "The number that comes out.") { (object: ExplanationObject) in
        .double(Double(object.explanation.output))
      },
      .property("sum", .double, "What the terms give before the activation, bias included.") {
        (object: ExplanationObject) in .double(Double(object.explanation.raw))
      },
      .property("inputs", .array(.double), "The numbers that go in.") { (object: ExplanationObject) in
        .array(of: object.explanation.terms.map { .double(Double($0.input)) })
      },
      .property("weights", .array(.double), "What they are multiplied with; empty for pooling.") {
        (object: ExplanationObject) in
        .array(of: object.explanation.terms.compactMap { $0.weight.map { .double(Double($0)) } })
      },
    ])

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle {
    try FigureBundle.make(.table(table, caption: caption), context)
  }

  private var caption: String {
    let raw = Self.number(explanation.raw)
    let bias = explanation.bias.map { " with the bias \(Self.number($0))" } ?? ""
    let after =
      explanation.activation == "linear"
      ? "" : ", after \(explanation.activation) \(Self.number(explanation.output))"
    return "\(title): the \(explanation.rule)\(bias) is \(raw)\(after)"
  }

  private var table: TextTable {
    let hasWeights = explanation.terms.contains { $0.weight != nil }
    var table = TextTable(
      header: hasWeights ? ["input at", "input", "weight", "product"] : ["input at", "input"])
    let order =
      explanation.terms.count <= Self.rowLimit
      ? Array(explanation.terms.indices)
      : Array(
        explanation.terms.indices.sorted {
          abs(explanation.terms[$0].product) > abs(explanation.terms[$1].product)
        }.prefix(Self.rowLimit))
    for index in order {
      let term = explanation.terms[index]
      let place = term.isPadding ? "\(term.place) padding" : "\(term.place)"
      let cells = [place, Self.number(term.input)]
      table.append(
        hasWeights ? cells + [Self.number(term.weight ?? 0), Self.number(term.product)] : cells)
    }
    let rest = explanation.terms.count - order.count
    if rest > 0 {
      let shown = Set(order)
      let sum = explanation.terms.indices.filter { !shown.contains($0) }
        .reduce(Float(0)) { $0 + explanation.terms[$1].product }
      table.append(["\(rest) smaller ones", "", "", Self.number(sum)])
    }
    if let bias = explanation.bias { table.append(["bias", "", "", Self.number(bias)]) }
    table.append(
      hasWeights
        ? ["sum", "", "", Self.number(explanation.raw)] : [explanation.rule, Self.number(explanation.raw)])
    return table
  }

  private static func number(_ value: Float) -> String {
    value == value.rounded() && abs(value) < 1e6 ? "\(Int(value))" : TrainingText.number(Double(value))
  }
}
