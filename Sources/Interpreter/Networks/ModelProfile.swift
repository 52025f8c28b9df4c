import Foundation
import NeuralNetwork
import TensorRuntime
import Visualization

/// What `profile(batch:)` shows: where the time of a run goes, step by step and as bars.
enum ModelProfile {
  /// How often the network runs; what is shown is the median.
  private static let runs = 7
  /// How many steps the table has, and how many kinds of step the chart.
  private static let rows = 16
  private static let bars = 8

  /// One step of the plan.
  private struct Step {
    let name: String
    let types: String
    let milliseconds: Double
    let byteCount: Int
  }

  /// Times a network on samples of zeros, and shows a table and a chart. Throws `LayerError` when it has no shape
  /// yet.
  static func show(_ network: Network, batch: Int, isTraining: Bool, _ context: EvaluationContext) throws {
    let all = try steps(of: network, batch: batch, isTraining: isTraining, context.runtime())
    let total = max(1e-9, all.reduce(0) { $0 + $1.milliseconds })
    let title =
      "\(isTraining ? "forward and backward" : "inference") of \(batch) samples: "
      + "\(number(total)) ms in \(all.count) steps"
    let slowest = all.sorted { $0.milliseconds > $1.milliseconds }
    var table = TextTable(
      header: ["step", "ms", "share", "MB", "reads and writes"],
      sides: [.left, .right, .right, .right, .left])
    func append(_ name: String, _ steps: some Collection<Step>, _ types: String) {
      let time = steps.reduce(0) { $0 + $1.milliseconds }
      table.append([
        name, number(time), "\(Int((time / total * 100).rounded())) %",
        number(Double(steps.reduce(0) { $0 + $1.byteCount }) / 1e6), types,
      ])
    }
    for step in slowest.prefix(rows) { append(step.name, [step], step.types) }
    if slowest.count > rows { append("\(slowest.count - rows) others", slowest.dropFirst(rows), "") }
    try context.sink.display(FigureBundle.make(.table(table, caption: title), context), id: nil)
    let kinds = Dictionary(grouping: all, by: \.name).map { name, steps in
      (name: name, time: steps.reduce(0) { $0 + $1.milliseconds })
    }.sorted { ($1.time, $0.name) < ($0.time, $1.name) }.prefix(bars)
    let chart = BarChart(
      "ms by kind of step", categories: kinds.map(\.name), series: [.init("", kinds.map(\.time))])
    try context.sink.display(FigureBundle.make(.drawings([chart]), context), id: nil)
  }

  private static func steps(of network: Network, batch: Int, isTraining: Bool, _ runtime: Runtime) throws
    -> [Step]
  {
    let shapes = try network.recorded().inputShapes.map { $0.withBatch(batch) }
    let inputs = shapes.map { Tensor.placeholder($0) }
    let samples = try shapes.map { try Tensor.zeros($0) }
    let pass = Pass(isTraining: isTraining, random: RandomSource())
    let outputs = try network.applyAll(to: inputs, in: pass)
    let profile: () throws -> [PlanTiming]
    if isTraining {
      var loss = try outputs[0].mean()
      for output in outputs.dropFirst() { loss = try loss + output.mean() }
      let step = try runtime.prepareStep(
        loss: loss, placeholders: inputs, parameters: network.trainable.parameters, rule: .adam(),
        state: OptimizerState(), alongside: pass.takeStatistics(of: [network]))
      profile = { try step.profile(samples) }
    } else {
      let graph = try runtime.prepare(outputs, placeholders: inputs)
      profile = { try graph.profile(samples) }
    }
    let timings = try (0..<runs).map { _ in
      try runtime.cancellation?.check()
      return try profile()
    }
    return timings[0].indices.map { index in
      let times = timings.map { $0[index].nanoseconds }.sorted()
      let text = timings[0][index].operation
      // A plan's line is the step's name, two blanks, and what it reads and writes.
      let gap = text.firstRange(of: "  ")
      return Step(
        name: String(gap.map { text[..<$0.lowerBound] } ?? text[...]),
        types: String(gap.map { text[$0.upperBound...] } ?? ""),
        milliseconds: Double(times[runs / 2]) / 1e6, byteCount: timings[0][index].byteCount)
    }
  }

  private static func number(_ value: Double) -> String {
    String(format: value < 10 ? "%.3f" : "%.1f", value)
  }
}
