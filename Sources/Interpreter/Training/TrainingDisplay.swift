import Foundation
import NeuralNetwork
import Visualization

/// Shows a training as it goes: a line that rewrites itself, a display updated in place, or a line per epoch.
final class TrainingDisplay: TrainingObserver {
  /// Seconds between updates: often enough to watch, rarely enough for a browser.
  private static let interval = 0.25
  /// Seconds between lines of an epoch in a log.
  private static let logInterval = 30.0

  private let sink: any OutputSink
  private let id = "training-\(UUID().uuidString)"
  private var last = Date()
  private var lastEpoch = 0
  private var notes: [String] = []
  private var progress: TrainingProgress?
  private var lineWidth = 0

  init(sink: any OutputSink) { self.sink = sink }

  private var style: SinkCapabilities.Progress { sink.capabilities.progress }

  func trainingBegan(notes: [String], sampleCount: Int, epochs: Int) {
    self.notes = notes
    switch style {
    case .display:
      sink.display(bundle(run: nil, state: "training on \(TrainingText.count(sampleCount)) samples"), id: id)
    case .line, .log: for note in notes { sink.write(note + "\n", to: .stdout) }
    }
  }

  func batchEnded(_ progress: TrainingProgress, run: TrainingRun) {
    self.progress = progress
    lastEpoch = progress.lastEpoch
    let now = Date()
    guard now.timeIntervalSince(last) >= (style == .log ? Self.logInterval : Self.interval) else { return }
    last = now
    switch style {
    case .line: rewrite(TrainingText.line(progress, columns: sink.capabilities.columns))
    case .log: sink.write(TrainingText.line(progress, columns: 160) + "\n", to: .stdout)
    case .display: sink.update(bundle(run: run, state: TrainingText.line(progress, columns: 100)), id: id)
    }
  }

  func epochEnded(_ record: EpochRecord, run: TrainingRun) {
    switch style {
    case .line:
      rewrite(TrainingText.line(record, of: lastEpoch))
      sink.write("\n", to: .stdout)
      lineWidth = 0
    case .log: sink.write(TrainingText.line(record, of: lastEpoch) + "\n", to: .stdout)
    case .display: break
    }
  }

  func trainingEnded(_ run: TrainingRun, error: (any Error)?) {
    var state =
      "\(run.epochs.count) epoch\(run.epochs.count == 1 ? "" : "s") in "
      + TrainingText.duration(run.epochs.reduce(0) { $0 + $1.seconds })
    if run.stoppedEarly { state += "; stopped early: the validation loss no longer improved" }
    if let best = run.bestEpoch { state += "; the weights are those of epoch \(best), the best" }
    if error != nil, let progress {
      state =
        "stopped at epoch \(progress.epoch), batch \(progress.batch) of \(progress.batchCount); "
        + "the weights are those of the last whole step"
    }
    switch style {
    case .display: sink.update(bundle(run: run, state: state), id: id)
    case .line, .log:
      if lineWidth > 0 { sink.write("\n", to: .stdout) }
      if error != nil || run.stoppedEarly || run.bestEpoch != nil { sink.write(state + "\n", to: .stdout) }
    }
  }

  /// Writes a line over the one before.
  private func rewrite(_ line: String) {
    let padding = String(repeating: " ", count: max(0, lineWidth - line.count))
    lineWidth = line.count
    sink.write("\r" + line + padding, to: .stdout)
  }

  /// The display: state, table of epochs, curves.
  private func bundle(run: TrainingRun?, state: String) -> MIMEBundle {
    let lines = notes + [state]
    guard let run, !run.batchLosses.isEmpty else { return MIMEBundle(text: lines.joined(separator: "\n")) }
    let (header, rows) = TrainingText.table(run)
    var table = TextTable(header: header, sides: header.map { _ in .right })
    for row in rows { table.append(row) }
    var html = lines.map { "<div>\(Figure.escaped($0))</div>" }.joined()
    if !rows.isEmpty { html += table.html() }
    if let png = try? curve(run).png() {
      html +=
        "<img alt=\"the loss of each batch\" width=\"480\" src=\"data:image/png;base64,\(Data(png).base64EncodedString())\">"
    }
    let text = (rows.isEmpty ? [] : [table.text()]) + lines
    return MIMEBundle([("text/html", .text(html)), ("text/plain", .text(text.joined(separator: "\n")))])
  }

  /// The losses of the batches, thinned out to what a picture can show.
  private func curve(_ run: TrainingRun) -> Chart {
    let losses = run.batchLosses
    let stride = max(1, losses.count / 400)
    var x: [Double] = []
    var y: [Double] = []
    for start in Swift.stride(from: 0, to: losses.count, by: stride) {
      let part = losses[start..<min(losses.count, start + stride)]
      x.append(Double(start + 1))
      y.append(Double(part.reduce(0, +)) / Double(part.count))
    }
    var chart = Chart("", xLabel: "batch", yLabel: "loss", series: [.init("training loss", x: x, y: y)])
    chart.width = 480
    chart.height = 240
    return chart
  }
}
