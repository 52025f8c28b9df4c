import NeuralNetwork
import Visualization

/// The course of the training of a GAN in a program: what `gan.fit` gives and `plot` draws.
final class GANRunObject: HostObject, ChartSource {
  let progress: GANProgress

  init(_ progress: GANProgress) { self.progress = progress }

  var text: String {
    guard let last = progress.steps.last else { return "no steps" }
    let numbers = [
      ("D", last.discriminatorLoss), ("G", last.generatorLoss), ("accuracy", last.accuracy),
      ("diversity", last.diversity),
    ].map { "\($0.0) \(TrainingText.number(Double($0.1)))" }
    return
      "\(progress.epochs) epoch\(progress.epochs == 1 ? "" : "s"), \(TrainingText.count(progress.steps.count)) "
      + "steps: \(numbers.joined(separator: ", "))" + (progress.warning.map { "; \($0)" } ?? "")
  }

  static let declaration = TypeDeclaration(
    "GANRun", "The course of a GAN's training, a number for each step of the generator.",
    members: [
      numbers("discriminatorLosses", "The discriminator's loss.", \.discriminatorLoss),
      numbers("generatorLosses", "The generator's loss.", \.generatorLoss),
      numbers("accuracies", "The share of images that the discriminator took for what they are.", \.accuracy),
      numbers(
        "diversities",
        "How far each generated image is from the one most like it, compared with real images: near 0 all are alike.",
        \.diversity),
      numbers(
        "discriminatorGradients", "The length of the discriminator's gradient.", \.discriminatorGradient),
      numbers("generatorGradients", "The length of the generator's gradient.", \.generatorGradient),
      .property("epochs", .int, "How many epochs there were.") { (object: GANRunObject) in
        .int(object.progress.epochs)
      },
      .property("steps", .int, "How many steps of the generator there were.") { (object: GANRunObject) in
        .int(object.progress.steps.count)
      },
      .property("warning", .string, "What goes wrong, judging by the last steps; empty while nothing does.") {
        (object: GANRunObject) in .string(object.progress.warning ?? "")
      },
    ])

  private static func numbers(_ name: String, _ summary: String, _ number: KeyPath<GANStep, Float>) -> Member
  {
    .property(name, .array(.double), summary) { (object: GANRunObject) in
      .array(of: object.progress.steps.map { .double(Double($0[keyPath: number])) })
    }
  }

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle { MIMEBundle(text: text) }

  /// Losses, and what tells how the two keep each other in balance.
  var charts: [Chart] {
    func curve(_ name: String, _ number: KeyPath<GANStep, Float>) -> Chart.Series {
      var curve = LiveCurve(name)
      for step in progress.steps { curve.append(Double(step[keyPath: number])) }
      return Chart.Series(name, x: curve.places, y: curve.means)
    }
    var shares = Chart(
      "balance", over: "step", yLabel: "",
      series: [curve("accuracy", \.accuracy), curve("diversity", \.diversity)])
    shares.yIncluded = [0, 1]
    return [
      Chart(
        "loss", over: "step", yLabel: "loss",
        series: [curve("D", \.discriminatorLoss), curve("G", \.generatorLoss)]),
      shares,
    ]
  }
}
