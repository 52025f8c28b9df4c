import TensorRuntime

/// What a training makes small and what it measures, over all outputs of a network.
///
/// A network with one output has one term. With several, the loss is the sum of the terms, each output's loss is measured
/// as well (`digitLoss`), and an output's metrics carry its name (`digitAccuracy`).
package struct Objective {
  /// What is asked of one output.
  package struct Term {
    package let loss: Loss
    package let metrics: [Metric]

    /// Makes a term.
    package init(_ loss: Loss, metrics: [Metric] = []) { (self.loss, self.metrics) = (loss, metrics) }
  }

  /// A loss of all outputs and all targets together.
  package typealias Whole = (_ outputs: [Tensor], _ targets: [Tensor]) throws -> Tensor

  private let terms: [Term]
  private let whole: Whole?
  /// The metrics in the order of ``contributions(_:_:)``.
  package let metrics: [Metric]

  /// What is asked of a network with one output.
  package init(_ loss: Loss = .crossEntropy(), metrics: [Metric] = []) {
    terms = [Term(loss, metrics: metrics)]
    whole = nil
    self.metrics = metrics
  }

  /// What is asked of each of several outputs, by their names, and instead of the sum of the terms' losses one of all
  /// outputs, where there is one.
  package init(outputs terms: [(name: String, term: Term)], whole: Whole? = nil) {
    self.terms = terms.map(\.term)
    self.whole = whole
    metrics = terms.flatMap { name, term in
      (whole == nil ? [term.loss.asMetric] : []).map { $0.renamed("\(name)Loss") }
        + term.metrics.map { $0.renamed(name + $0.name.prefix(1).uppercased() + $0.name.dropFirst()) }
    }
  }

  /// Which outputs' targets are class numbers that stand for channels of the output.
  var comparesClasses: [Bool] { terms.map { whole == nil && $0.loss.comparesClasses } }

  /// The loss of a batch, shape `[]`; samples count by their weights `[N]`. Throws `LayerError` for other numbers of
  /// outputs or targets.
  package func loss(_ outputs: [Tensor], _ targets: [Tensor], weights: Tensor? = nil) throws -> Tensor {
    let targets = try matched(outputs, targets)
    if let whole {
      guard weights == nil else {
        throw LayerError(
          "weights: need a loss for each output, and this one is a function of all of them",
          fix: "weigh inside the closure")
      }
      return try whole(outputs, targets)
    }
    var sum: Tensor?
    for (term, (output, target)) in zip(terms, zip(outputs, targets)) {
      let part = try term.loss.mean(output, target, weights: weights)
      sum = try sum.map { try $0 + part } ?? part
    }
    return sum ?? .scalar(0)
  }

  /// What a batch contributes to each of ``metrics``.
  package func contributions(_ outputs: [Tensor], _ targets: [Tensor]) throws -> [Tensor] {
    let targets = try whole == nil || terms.contains { !$0.metrics.isEmpty } ? matched(outputs, targets) : []
    return try zip(terms, zip(outputs, targets)).flatMap { term, pair in
      let (output, target) = pair
      let own = terms.count > 1 && whole == nil ? [term.loss.asMetric] : []
      return try (own + term.metrics).map { try $0.contribution(output, target) }
    }
  }

  /// A target for each output: one target serves all outputs, as the heads beside the main one have it.
  private func matched(_ outputs: [Tensor], _ targets: [Tensor]) throws -> [Tensor] {
    guard outputs.count == terms.count else {
      throw LayerError(
        "the loss is one of \(terms.count) output\(terms.count == 1 ? "" : "s"), and the network has \(outputs.count)",
        fix:
          "write a loss for each output: loss: (\(outputs.map { _ in ".crossEntropy" }.joined(separator: ", ")))"
      )
    }
    if whole != nil { return targets }
    if targets.count == 1 { return outputs.map { _ in targets[0] } }
    guard targets.count == outputs.count else {
      throw LayerError(
        "the data have \(targets.count) targets, and the network has \(outputs.count) output\(outputs.count == 1 ? "" : "s")",
        fix: "give a target for each output, or one for all")
    }
    return targets
  }
}

extension Loss {
  /// The loss as something measured beside others.
  fileprivate var asMetric: Metric {
    Metric("loss") { output, target in
      let count = Double(output.shape.dimensions.first ?? 1)
      return try Tensor.concat(
        [try value(output, target).reshaped([1]) * count, try Tensor.constant(count, [1])], axis: 0)
    } value: {
      $0.count == 2 && $0[1] > 0 ? $0[0] / $0[1] : .nan
    }
  }
}
