import Datasets
import TensorRuntime

/// Several views of each sample, changed at random, whose outputs are averaged (test-time augmentation).
struct TestTimeViews {
  /// The arguments that ask for them.
  static let parameters: [Parameter] = [
    .labelled("tta", .optional(.host("Augment")), "how the views differ", default: .nothing),
    .labelled("views", .int, "how many views tta: makes of each sample", default: .int(8)),
  ]

  /// The samples, which differ in each epoch.
  let samples: LabelledImages
  /// How many epochs of them are wanted.
  let count: Int

  /// The views of what `value` stands for; nil where the call has no `tta:`.
  init?(of value: Value, _ call: Arguments) throws {
    guard call.isGiven("tta") else { return nil }
    let ranges = try call.host("tta", as: AugmentObject.self).ranges
    guard ranges.mix == nil else {
      throw EvaluationError(
        "ValueError", "mixup and cutmix blend samples, so that an output belongs to none of them",
        fix: "leave them out of tta:"
      ).at(call.place(of: "tta"))
    }
    count = try call.int("views")
    guard (1...1000).contains(count) else {
      throw EvaluationError("ValueError", "views is a number from 1 to 1000, got \(count)")
        .at(call.place(of: "views"))
    }
    samples = try Predictions.samples(value, call)
      .augmented(ranges, random: call.context.random.draw(for: .augmentation))
  }
}
