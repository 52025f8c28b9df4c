import Foundation
import NeuralNetwork
import Visualization

/// A training in words and numbers: what the line, the log and the table say.
enum TrainingText {
  /// `1,234`
  static func count(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// A loss or metric with four digits behind the point; small ones in powers of ten.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let size = abs(value)
    return size != 0 && (size < 1e-3 || size >= 1e5)
      ? String(format: "%.3e", value) : String(format: "%.4f", value)
  }

  /// `93.1 %`
  static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

  /// `42 ms`, `12 s`, `3 min 05 s`, `2 h 10 min`
  static func duration(_ seconds: Double) -> String { ProgressBar.duration(seconds: max(0, seconds)) }

  /// `loss 0.2310, accuracy 0.9312`
  static func values(loss: Double, metrics: [(name: String, value: Double)], prefix: String = "") -> String {
    (["\(prefix)loss \(number(loss))"] + metrics.map { "\(prefix)\($0.name) \(number($0.value))" })
      .joined(separator: ", ")
  }

  /// An epoch that ended, as one line.
  static func line(_ record: EpochRecord, of last: Int) -> String {
    var text = "epoch \(record.epoch)/\(last): " + values(loss: record.loss, metrics: record.metrics)
    if let loss = record.validationLoss {
      text += ", " + values(loss: loss, metrics: record.validationMetrics, prefix: "validation ")
    }
    text += " (\(count(Int(record.samplesPerSecond.rounded()))) images/s, \(duration(record.seconds))"
    return text + waiting(record) + ")"
  }

  /// How much of an epoch went into waiting for batches, where that matters.
  private static func waiting(_ record: EpochRecord) -> String {
    record.waitingShare >= 0.05 && record.seconds >= 1
      ? ", waited for data \(percent(record.waitingShare))" : ""
  }

  /// Where an epoch stands, as one line no wider than `columns`.
  static func line(_ progress: TrainingProgress, columns: Int) -> String {
    let share = Double(progress.samples) / Double(max(1, progress.sampleCount))
    let head = "epoch \(progress.epoch)/\(progress.lastEpoch) "
    let tail =
      " \(count(progress.samples))/\(count(progress.sampleCount)), \(count(Int(progress.rate.rounded()))) images/s, "
      + values(loss: progress.loss, metrics: progress.metrics) + ", \(duration(progress.secondsLeft)) left"
    let room = min(24, columns - head.count - tail.count - 3)
    guard room >= 6 else { return String((head + tail.dropFirst()).prefix(max(1, columns - 1))) }
    let filled = min(room, Int(share * Double(room)))
    let bar = String(repeating: "=", count: filled) + (filled < room ? ">" : "")
    return head + "[" + bar.padding(toLength: room, withPad: " ", startingAt: 0) + "]" + tail
  }

  /// The learning rates that were set by hand, as one line; none when there were none.
  static func rateChanges(_ run: TrainingRun) -> [String] {
    guard !run.rateChanges.isEmpty else { return [] }
    let shown = run.rateChanges.suffix(5).map {
      "\(String(format: "%.3g", $0.rate)) at epoch \($0.epoch), batch \($0.batch)"
    }
    let earlier = run.rateChanges.count > shown.count ? "…; " : ""
    return ["learning rate set by hand: " + earlier + shown.joined(separator: "; ")]
  }

  /// The columns of a table of epochs, and its rows.
  static func table(_ run: TrainingRun) -> (header: [String], rows: [[String]]) {
    guard let first = run.epochs.first else { return ([], []) }
    let validated = first.validationLoss != nil
    var header = ["epoch", "loss"] + first.metrics.map(\.name)
    if validated { header += ["validation loss"] + first.validationMetrics.map { "validation \($0.name)" } }
    header += ["images/s", "time"]
    let rows = run.epochs.map { record -> [String] in
      var row = ["\(record.epoch)", number(record.loss)] + record.metrics.map { number($0.value) }
      if validated {
        row += [number(record.validationLoss ?? .nan)] + record.validationMetrics.map { number($0.value) }
      }
      let time = duration(record.seconds) + waiting(record)
      return row + [count(Int(record.samplesPerSecond.rounded())), time]
    }
    return (header, rows)
  }

  /// A batch as `onBatch` gets it.
  static func tuple(of progress: TrainingProgress) -> Value {
    tuple([
      ("epoch", .int(progress.epoch)), ("batch", .int(progress.batch)),
      ("loss", .double(progress.batchLoss)), ("lr", .double(progress.learningRate)),
      ("gradient", .double(progress.gradientNorm)),
    ])
  }

  /// An epoch as `onEpoch` gets it.
  static func tuple(of record: EpochRecord) -> Value {
    var parts: [(String, Value)] = [("epoch", .int(record.epoch)), ("loss", .double(record.loss))]
    parts += record.metrics.map { ($0.name, .double($0.value)) }
    if let loss = record.validationLoss {
      parts.append(("validationLoss", .double(loss)))
      parts += record.validationMetrics.map {
        ("validation" + $0.name.prefix(1).uppercased() + $0.name.dropFirst(), .double($0.value))
      }
    }
    return tuple(parts + [("lr", .double(record.learningRate)), ("seconds", .double(record.seconds))])
  }

  private static func tuple(_ parts: [(name: String, value: Value)]) -> Value {
    .tuple(TupleValue(labels: parts.map(\.name), elements: parts.map(\.value)))
  }
}
