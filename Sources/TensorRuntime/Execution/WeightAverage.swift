/// A running mean of parameters over the steps of a training, which often predicts better than the last step's values
/// (Polyak and Juditsky 1992): `a ← d a + (1 − d) w` with `d = min(decay, (1 + step) / (10 + step))`, so that the first
/// values don't last.
package final class WeightAverage {
  /// How slowly it follows.
  package let decay: Double
  /// How many steps it has seen.
  package private(set) var stepCount: Int
  private let runtime: Runtime
  private var averages: [(parameter: Parameter, buffer: Buffer)]

  /// Begins with the parameters' present values.
  package init(of parameters: [Parameter], decay: Double, runtime: Runtime) throws {
    self.decay = decay
    self.runtime = runtime
    stepCount = 0
    try runtime.evaluate(parameters.map(\.tensor))
    averages = try parameters.map { parameter in
      let value = try Self.numbers(of: parameter)
      let buffer = try Buffer(
        byteCount: value.byteCount, layout: value.layout, purpose: "the mean of \(parameter.name)")
      buffer.pointer.copyMemory(from: value.pointer, byteCount: value.byteCount)
      return (parameter, buffer)
    }
  }

  private static func numbers(of parameter: Parameter) throws -> Buffer {
    guard let buffer = parameter.tensor.node.values[0] else {
      throw TensorError("parameter \(parameter.name)", "its value was never computed")
    }
    return buffer
  }

  /// Takes in the parameters' values after a step.
  package func update() throws {
    let kept = Float(min(decay, Double(1 + stepCount) / Double(10 + stepCount)))
    stepCount += 1
    for index in averages.indices {
      let parameter = averages[index].parameter
      let value = try Self.numbers(of: parameter)
      if averages[index].buffer.layout != value.layout {
        averages[index].buffer = try runtime.backend.converted(
          averages[index].buffer, parameter.tensor.type, to: value.layout)
      }
      let mean = averages[index].buffer.elements(of: Float.self)
      let new = value.elements(of: Float.self)
      for place in 0..<min(mean.count, new.count) {
        mean[place] += (1 - kept) * (new[place] - mean[place])
      }
    }
  }

  /// The means, row-major, in the parameters' order.
  package func values() throws -> [[Float]] {
    try averages.map { try runtime.floats(in: $0.buffer, $0.parameter.tensor.type) }
  }

  /// Goes on with what ``values()`` gave after so many steps.
  package func restore(_ values: [[Float]], stepCount: Int) throws {
    for (index, numbers) in values.enumerated() where averages.indices.contains(index) {
      let tensor = try Tensor(numbers, averages[index].parameter.shape)
      if let buffer = tensor.node.values[0] { averages[index].buffer = buffer }
    }
    self.stepCount = stepCount
  }
}
