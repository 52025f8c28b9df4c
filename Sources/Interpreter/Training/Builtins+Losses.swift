import NeuralNetwork
import TensorRuntime

/// Losses as functions, for `minimize` and closures.
enum LossBuiltins {
  static let all: [Builtin] = [
    function("mse", "The mean squared difference.", "mean (output - target)²") { _ in .mse },
    function("mae", "The mean absolute difference.", "mean |output - target|") { _ in .mae },
    function(
      "bce", "Binary cross-entropy of logits; the target may be one number.",
      "-t log σ(z) - (1 - t) log(1 - σ(z))"
    ) { _ in .bce },
    function(
      "huber", "Half the square of small differences, linear for large ones (Huber 1964).",
      "½ d² up to delta, delta (d - ½ delta) beyond", [TrainingOptionFamilies.delta]
    ) { .huber(delta: try $0.number("delta")) },
    function(
      "hinge",
      "How far outputs are from the right side of a margin: for targets 0 or 1 (or -1 and 1) each output on its own, for "
        + "class numbers [n] and outputs [n, c] each other class against the right one.",
      "max(0, margin - t y); Σ max(0, margin - y[class] + y[j]) / c", [TrainingOptionFamilies.margin]
    ) { .hinge(margin: try $0.number("margin")) },
    function(
      "crossEntropy", "Cross-entropy of logits [n, c] and class numbers [n], or shares [n, c].",
      "-log softmax(output)[class]", TrainingOptionFamilies.crossEntropyParameters
    ) { try TrainingOptionFamilies.crossEntropy($0) },
    Builtin(
      "tripletLoss",
      "Pulls an anchor towards a sample of its class and away from one of another, until the squared distances differ by "
        + "the margin (Schroff et al. 2015); the mean over the batch.",
      [
        .positional("anchor", .tensorLike, "the embeddings of the anchors"),
        .positional("positive", .tensorLike, "embeddings of the same classes"),
        .positional("negative", .tensorLike, "embeddings of other classes"),
        .labelled("margin", .number, "how much farther the negative must be", default: .double(0.2)),
      ], returns: .tensor, shapes: "[n, d], [n, d], [n, d] -> []",
      formula: "mean max(‖a - p‖² - ‖a - n‖² + margin, 0)",
      example: "tripletLoss([[0, 0]], [[1, 0]], [[0.5, 0.5]], margin: 0.2)"
    ) { call in
      .tensor(
        try SimilarityLoss.triplet(
          anchor: call.tensor("anchor"), positive: call.tensor("positive"), negative: call.tensor("negative"),
          margin: call.number("margin")))
    },
    Builtin(
      "contrastiveLoss",
      "Pulls pairs of the same class together and pushes others apart up to a margin (Hadsell et al. 2006).",
      [
        .positional("first", .tensorLike, "embeddings"),
        .positional("second", .tensorLike, "the embeddings they are compared with"),
        .positional("same", .tensorLike, "1 for a pair of one class, 0 for another, [n]"),
        .labelled("margin", .number, "how far apart different ones are pushed", default: .double(1)),
      ], returns: .tensor, shapes: "[n, d], [n, d], [n] -> []",
      formula: "mean ½ (s d² + (1 - s) max(margin - d, 0)²), d = ‖first - second‖",
      example: "contrastiveLoss([[0, 0], [0, 0]], [[0, 2], [0, 0.5]], [1, 0])"
    ) { call in
      .tensor(
        try SimilarityLoss.contrastive(
          call.tensor("first"), call.tensor("second"), same: call.tensor("same"),
          margin: call.number("margin")))
    },
  ]

  private static func function(
    _ name: String, _ summary: String, _ formula: String, _ further: [Parameter] = [],
    loss: @escaping (Arguments) throws -> Loss
  ) -> Builtin {
    Builtin(
      name, summary,
      [
        .positional("output", .tensorLike, "what the network gives"),
        .positional("target", .tensorLike, "what is right"),
      ] + further, returns: .tensor, formula: formula
    ) { call in .tensor(try loss(call).value(call.tensor("output"), call.tensor("target"))) }
  }
}
