import Datasets
import Foundation
import TensorRuntime

/// The data sets a program can load or have drawn.
enum DataBuiltins {
  static let validation = Parameter.labelled(
    "validation", .number, "the share of the training images that watches the training", default: .double(0))

  static let all: [Builtin] = [
    Builtin(
      "MNIST",
      "70,000 handwritten digits, 28×28 (LeCun et al. 1998): read from $CNNREPL_DATA/mnist or the cache folder, "
        + "downloaded once otherwise.",
      [validation], returns: .host("Dataset"), shapes: "images [1, 28, 28], labels 0 to 9",
      rehearsal: { _, _ in RehearsedSamples.images([1, 28, 28], classes: 10) }
    ) { call in
      let context = call.context
      let progress = FetchDisplay(sink: context.sink)
      defer { progress.finish() }
      let fetcher = Fetcher(cancellation: context.interruption) { progress.show($0) }
      let set = try IDXSet.mnist.load(
        validation: try share(call), random: context.random.draw(for: .data), fetcher: fetcher)
      return .host(DatasetObject(set))
    },
    Builtin(
      "Digits",
      "Digits drawn from strokes, bent and shifted at random, 28×28: works with no files at all. Four fifths are to "
        + "train, one fifth to test.",
      [.labelled("count", .int, "how many to draw", default: .int(10_000)), validation],
      returns: .host("Dataset"),
      shapes: "images [1, 28, 28], labels 0 to 9", example: "Digits(count: 100).train.count",
      rehearsal: { _, _ in RehearsedSamples.images([1, 28, 28], classes: 10) }
    ) { call in
      let count = try call.int("count")
      guard (10...10_000_000).contains(count) else {
        throw EvaluationError(
          "ValueError", "Digits draws 10 to 10,000,000 images, got \(TrainingText.count(count))"
        )
        .at(call.place(of: "count"))
      }
      let set = try Digits.dataset(
        count: count, validation: try share(call), random: call.context.random.draw(for: .data))
      return .host(DatasetObject(set))
    },
  ]

  static func share(_ call: Arguments) throws -> Double {
    let share = try call.number("validation")
    guard share >= 0, share < 1 else {
      throw EvaluationError(
        "ValueError", "validation is a share from 0 to below 1, got \(share)", fix: "validation: 0.1"
      )
      .at(call.place(of: "validation"))
    }
    return share
  }
}

/// Shows a download as it goes: a line that rewrites itself, or a plain line now and then.
final class FetchDisplay {
  private let sink: any OutputSink
  private var last = Date.distantPast
  private var isOpen = false

  init(sink: any OutputSink) { self.sink = sink }

  func show(_ progress: FetchProgress) {
    let isLive = sink.capabilities.progress != .log
    guard Date().timeIntervalSince(last) >= (isLive ? 0.25 : 5) else { return }
    last = Date()
    isOpen = isLive
    sink.write(isLive ? "\r" + progress.line : progress.line + "\n", to: .stderr)
  }

  func finish() {
    if isOpen { sink.write("\n", to: .stderr) }
  }
}
