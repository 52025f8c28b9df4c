import NeuralNetwork
import TensorRuntime
import Visualization

/// What `summary()` shows: a row per layer, and the totals.
enum ModelSummary {
  static func bundle(of network: Network) throws -> MIMEBundle {
    let rows = try network.summaryRows()
    let trace = try network.recorded()
    var table = TextTable(
      header: ["layer", "", "output", "parameters", "multiply-adds", "sees"],
      sides: [.left, .left, .left, .right, .right, .right])
    for (index, shape) in trace.inputShapes.enumerated() {
      table.append([
        trace.inputShapes.count == 1 ? "input" : "input \(index + 1)", "", shape.description, "", "", "",
      ])
    }
    for row in rows {
      table.append([
        row.name, row.notation, row.outputShape.description, TrainingText.count(row.parameters),
        TrainingText.count(row.multiplyAdds), row.receptiveField.map { "\($0)" } ?? "all",
      ])
    }
    let trainable = network.trainable.parameters.reduce(0) { $0 + $1.shape.elementCount }
    let total = network.parameterCount
    let frozen = total == trainable ? "" : " (\(TrainingText.count(total - trainable)) of them frozen)"
    let totals =
      "\(TrainingText.count(total)) parameters\(frozen), \(TrainingText.count(network.multiplyAdds)) multiply-adds a sample"
    return MIMEBundle([
      ("text/html", .text(table.html() + "<p>\(totals)</p>")),
      ("text/plain", .text(table.text() + "\n" + totals)),
    ])
  }
}
