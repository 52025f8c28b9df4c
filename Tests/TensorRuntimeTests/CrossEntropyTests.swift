import CPUBackend
import Foundation
import TensorRuntime
import Testing

/// Cross-entropy of class numbers and its gradient against the formula in double precision, for as many samples and classes
/// as vectors do and don't divide.
@Suite struct CrossEntropyTests {
  private static let smoothing = 0.1
  private static let ignored = 1

  /// Loss and gradient by the definition: Σ (1 − s)·w(t)·(−log p(t)) + s/C · Σ w(c)·(−log p(c)), over the sum of w(t).
  private func expected(_ logits: [Double], _ targets: [Int], _ weights: [Double], _ pixels: Int) -> (
    loss: Double, gradient: [Double]
  ) {
    let classes = weights.count
    var loss = 0.0
    var total = 0.0
    var gradient = [Double](repeating: 0, count: logits.count)
    for (place, target) in targets.enumerated() where target != Self.ignored {
      func index(_ c: Int) -> Int { place / pixels * classes * pixels + c * pixels + place % pixels }
      let row = (0..<classes).map { logits[index($0)] }
      let largest = row.max() ?? 0
      let logSum = log(row.reduce(0) { $0 + exp($1 - largest) }) + largest
      total += weights[target]
      for c in 0..<classes {
        let share =
          (c == target ? weights[c] * (1 - Self.smoothing) : 0) + weights[c] * Self.smoothing
          / Double(classes)
        loss += share * (logSum - row[c])
        gradient[index(c)] -= share
        for other in 0..<classes { gradient[index(other)] += share * exp(row[other] - logSum) }
      }
    }
    return (loss / total, gradient.map { $0 / total })
  }

  @Test(arguments: [1, 15, 16, 17, 40], [2, 10, 64, 65, 200])
  func agreesWithItsDefinition(_ samples: Int, _ classes: Int) throws {
    for pixels in [1, 3] {
      let runtime = Runtime(backend: CPUBackend(threads: 2))
      let shape: Shape = pixels == 1 ? [samples, classes] : [samples, classes, pixels]
      let logits = try ForwardTests.wave(shape, 0.2, times: 5)
      let targets = (0..<samples * pixels).map { $0 == 1 ? Self.ignored : $0 * 7 % classes }
      let weights = (0..<classes).map { 0.5 + Double($0 % 4) }
      let loss = try logits.crossEntropy(
        Tensor(targets.map(Int32.init), pixels == 1 ? [samples] : [samples, pixels]),
        smoothing: Self.smoothing, weights: Tensor(weights.map(Float.init), [classes]),
        ignoredClass: Self.ignored)
      let gradient = try #require(try gradients(of: loss, withRespectTo: [logits])[0])
      let wanted = expected(try runtime.floats(of: logits).map(Double.init), targets, weights, pixels)
      let found = try runtime.floats(of: loss)[0]
      #expect(abs(Double(found) - wanted.loss) < 1e-5 * max(1, wanted.loss), "\(pixels) pixels")
      for (a, b) in zip(try runtime.floats(of: gradient), wanted.gradient) {
        #expect(abs(Double(a) - b) < 1e-6, "\(pixels) pixels: \(a), by definition \(b)")
      }
    }
  }
}
