import Foundation
import NeuralNetwork
import Visualization

/// Shows a training as it goes: a line that rewrites itself, a display updated in place, or a line per epoch.
final class TrainingDisplay: TrainingObserver {
  /// Seconds between updates: often enough to watch, rarely enough for a browser.
  private static let interval = 0.25
  private static let longestInterval = 5.0
  /// How many times as long as drawing the last picture took training goes on before the next.
  private static let patience = 50.0
  /// Seconds after which controls are offered: what is over sooner needs none.
  private static let controlDelay = 1.0
  /// Seconds between lines of an epoch in a log.
  private static let logInterval = 30.0

  private let sink: any OutputSink
  private let style: SinkCapabilities.Progress
  /// How many epochs the table has while training goes on.
  private static let rowsShown = 8

  private let controls: TrainingControls?
  private let id = "training-\(UUID().uuidString)"
  private let start = Date()
  private var last = Date()
  private var drawingSeconds = 0.0
  private var isOver = false
  private var lastEpoch = 0
  private var notes: [String] = []
  private var progress: TrainingProgress?
  private var lineWidth = 0

  init(sink: any OutputSink, controls: TrainingControls? = nil) {
    self.sink = sink
    style = sink.capabilities.progress
    self.controls = controls
  }

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
    if now.timeIntervalSince(start) >= Self.controlDelay { controls?.offer() }
    let wait =
      style == .log
      ? Self.logInterval : min(max(Self.interval, drawingSeconds * Self.patience), Self.longestInterval)
    guard now.timeIntervalSince(last) >= wait else { return }
    last = now
    switch style {
    case .line: rewrite(TrainingText.line(progress, columns: sink.capabilities.columns))
    case .log: sink.log(TrainingText.line(progress, columns: 160) + "\n")
    case .display: update(run: run, state: TrainingText.line(progress, columns: 100))
    }
    drawingSeconds = Date().timeIntervalSince(now)
  }

  func trainingPaused(run: TrainingRun) {
    guard style == .display, let progress else { return }
    last = .distantPast
    update(
      run: run, state: "paused at epoch \(progress.epoch), batch \(progress.batch) of \(progress.batchCount)")
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
    if run.stoppedByHand { state += "; stopped after the epoch, as asked" }
    if let reason = run.stopReason { state += "; stopped early: \(reason)" }
    if let best = run.bestEpoch { state += "; the weights are those of epoch \(best), the best" }
    if error != nil {
      state =
        progress.map {
          "stopped at epoch \($0.epoch), batch \($0.batch) of \($0.batchCount); "
            + "the weights are those of the last whole step"
        } ?? "stopped before the first step"
    }
    controls?.end()
    isOver = true
    switch style {
    case .display: update(run: run, state: state)
    case .line, .log:
      if lineWidth > 0 { sink.write("\n", to: .stdout) }
      if error != nil && progress != nil || run.stopReason != nil || run.bestEpoch != nil {
        sink.write(state + "\n", to: .stdout)
      }
    }
  }

  /// Writes a line over the one before.
  private func rewrite(_ line: String) {
    let padding = String(repeating: " ", count: max(0, lineWidth - line.count))
    lineWidth = line.count
    sink.write("\r" + line + padding, to: .stdout)
  }

  private func update(run: TrainingRun, state: String) { sink.update(bundle(run: run, state: state), id: id) }

  /// The display: state, table of epochs, curves.
  private func bundle(run: TrainingRun?, state: String) -> MIMEBundle {
    let lines = notes + (run.map(TrainingText.rateChanges) ?? []) + [state]
    guard let run, !run.batchLosses.isEmpty else { return MIMEBundle(text: lines.joined(separator: "\n")) }
    let (header, rows) = TrainingText.table(run)
    var table = TextTable(header: header, sides: header.map { _ in .right })
    // While it goes on the latest epochs tell enough; the whole table stands at the end.
    for row in isOver ? rows[...] : rows.suffix(Self.rowsShown) { table.append(row) }
    var html = "<pre>\(lines.map(Figure.escaped).joined(separator: "<br>"))</pre>"
    let figure = TrainingCurves.figure(run, progress)
    if let png = try? figure.png() {
      html +=
        "<img alt=\"loss and metrics over the epochs\" width=\"\(figure.width)\" height=\"\(figure.height)\" "
        + "src=\"data:image/png;base64,\(Data(png).base64EncodedString())\">"
    }
    if !rows.isEmpty { html += table.html() }
    let text = (rows.isEmpty ? [] : [table.text()]) + lines
    return MIMEBundle([("text/html", .text(html)), ("text/plain", .text(text.joined(separator: "\n")))])
  }
}
