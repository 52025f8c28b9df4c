import TensorRuntime

/// Limited-memory BFGS: steps along an estimate of Newton's direction made from the last steps and gradients (Liu and
/// Nocedal 1989, "On the limited memory BFGS method for large scale optimization"), as long as Armijo's rule asks.
package final class LBFGS {
  private let history: Int
  private var pairs: [(step: [Double], change: [Double], scale: Double)] = []
  /// How many times a step may be halved until the loss falls.
  private static let halvings = 25
  /// The share of the expected decrease that a step must bring.
  private static let sufficient = 1e-4

  /// One evaluation of the loss: the number, and what changes together with a step.
  package struct Evaluation {
    package let loss: Tensor
    package let statistics: [(parameter: Parameter, value: Tensor)]

    /// Makes an evaluation.
    package init(loss: Tensor, statistics: [(parameter: Parameter, value: Tensor)]) {
      self.loss = loss
      self.statistics = statistics
    }
  }

  /// Makes a method that remembers so many steps.
  package init(history: Int = 10) { self.history = max(1, history) }

  /// Takes one step and returns the loss before it; evaluates the loss at least twice. Nothing changes where the loss or
  /// the gradient is not finite (`NonFiniteError`), or where no step lowers it.
  package func step(
    _ parameters: [Parameter], rate: Double, runtime: Runtime, evaluate: () throws -> Evaluation
  ) throws -> Float {
    let start = try point(of: parameters, runtime)
    let (_, loss, gradient) = try measure(evaluate(), parameters, runtime)
    guard loss.isFinite, gradient.allSatisfy(\.isFinite) else {
      throw NonFiniteError(parameter: nil, loss: Float(loss))
    }
    var direction = newtonDirection(gradient)
    var slope = dot(direction, gradient)
    if slope >= 0 {
      pairs = []
      direction = newtonDirection(gradient)
      slope = dot(direction, gradient)
    }
    guard slope < 0 else { return Float(loss) }
    var length = rate
    do {
      for _ in 0...Self.halvings {
        try set(zip(start, direction).map { $0 + length * $1 }, parameters)
        let (next, lower, slopes) = try measure(evaluate(), parameters, runtime)
        if lower.isFinite, slopes.allSatisfy(\.isFinite), lower <= loss + Self.sufficient * length * slope {
          remember(step: direction.map { length * $0 }, change: zip(slopes, gradient).map { $0 - $1 })
          try runtime.evaluate(next.statistics.map(\.value))
          for (parameter, value) in next.statistics { try parameter.set(value) }
          return Float(loss)
        }
        length /= 2
      }
    } catch {
      try set(start, parameters)
      throw error
    }
    try set(start, parameters)
    pairs = []
    return Float(loss)
  }

  /// `−H g` by the two-loop recursion; with no steps to remember, down the gradient by a length of at most 1.
  private func newtonDirection(_ gradient: [Double]) -> [Double] {
    guard let last = pairs.last else {
      let size = gradient.reduce(0) { $0 + abs($1) }
      let scale = min(1, 1 / max(size, 1e-30))
      return gradient.map { -scale * $0 }
    }
    var q = gradient
    var shares: [Double] = []
    for (step, change, scale) in pairs.reversed() {
      let share = scale * dot(step, q)
      shares.append(share)
      for index in q.indices { q[index] -= share * change[index] }
    }
    let size = 1 / (last.scale * dot(last.change, last.change))
    for index in q.indices { q[index] *= size }
    for ((step, change, scale), share) in zip(pairs, shares.reversed()) {
      let other = scale * dot(change, q)
      for index in q.indices { q[index] += (share - other) * step[index] }
    }
    return q.map { -$0 }
  }

  private func remember(step: [Double], change: [Double]) {
    let product = dot(step, change)
    guard product > 1e-12 * dot(step, step) else { return }
    pairs = pairs.suffix(history - 1) + [(step, change, 1 / product)]
  }

  private func measure(_ evaluation: Evaluation, _ parameters: [Parameter], _ runtime: Runtime) throws -> (
    Evaluation, Double, [Double]
  ) {
    let tensors = parameters.map(\.tensor)
    let slopes = try gradients(of: evaluation.loss, withRespectTo: tensors)
    guard slopes.contains(where: { $0 != nil }) else {
      throw TensorError(
        "minimize", "the loss does not depend on the parameters", fix: "call the network inside the closure")
    }
    try runtime.evaluate([evaluation.loss] + slopes.compactMap { $0 })
    var gradient: [Double] = []
    for (slope, tensor) in zip(slopes, tensors) {
      gradient +=
        try slope.map { try runtime.floats(of: $0).map(Double.init) }
        ?? [Double](repeating: 0, count: tensor.shape.elementCount)
    }
    return (evaluation, try runtime.item(of: evaluation.loss), gradient)
  }

  private func point(of parameters: [Parameter], _ runtime: Runtime) throws -> [Double] {
    try parameters.flatMap { try runtime.floats(of: $0.tensor).map(Double.init) }
  }

  private func set(_ point: [Double], _ parameters: [Parameter]) throws {
    var offset = 0
    for parameter in parameters {
      let count = parameter.shape.elementCount
      try parameter.set(try Tensor(point[offset..<offset + count].map { Float($0) }, parameter.shape))
      offset += count
    }
  }

  private func dot(_ x: [Double], _ y: [Double]) -> Double {
    var sum = 0.0
    for index in 0..<min(x.count, y.count) { sum += x[index] * y[index] }
    return sum
  }
}
