import TensorRuntime

extension UpdateRule {
  /// Whether another rule keeps the same running numbers, so that training can go on with them.
  func sameKind(as other: UpdateRule) -> Bool {
    switch (kind, other.kind) {
    case (.sgd, .sgd), (.rmsprop, .rmsprop): momentNames == other.momentNames
    case (.adam, .adam), (.adagrad, .adagrad): true
    default: false
    }
  }

  /// The rule at another learning rate.
  func withLearningRate(scaledBy factor: Double) -> UpdateRule {
    var rule = self
    rule.learningRate = Float(Double(learningRate) * factor)
    return rule
  }
}
