import JSON
import TensorRuntime

/// Batch normalization: `y = γ (x − μ) / √(σ² + ε) + β` per channel (Ioffe and Szegedy 2015).
///
/// Input and output `[N, C, …]`; `γ`, `β`, running mean and variance `[C]`. Training uses the batch's own mean and
/// variance and moves the running ones by `momentum` towards them (the variance unbiased, as in PyTorch); inference
/// uses the running ones. Throws `LayerError` for a batch that has a single value per channel.
package final class BatchNormLayer: Layer {
  package let momentum: Double
  package let epsilon: Double
  package let name: String?
  package private(set) var parameters: [Parameter] = []
  package private(set) var statistics: [Parameter] = []
  package var kind: String { "bn" }
  package var window: SlidingWindow? { nil }

  /// Makes a batch norm; `momentum` is the share of the new batch in the running statistics.
  package init(momentum: Double = 0.1, epsilon: Double = 1e-5, name: String? = nil) {
    self.momentum = momentum
    self.epsilon = epsilon
    self.name = name
  }

  package var notation: String {
    var arguments: [String] = []
    if momentum != 0.1 { arguments.append("momentum: \(momentum)") }
    if epsilon != 1e-5 { arguments.append("epsilon: \(epsilon)") }
    return "BatchNorm(\(arguments.joined(separator: ", ")))"
  }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    let input = try single(inputs)
    guard let channels = input.dimensions.first else {
      throw LayerError("\(notation) needs a channel axis, got \(input)")
    }
    if let scale = parameters.first {
      guard scale.shape.dimensions == [channels] else {
        throw LayerError("\(notation) was built for \(scale.shape.elementCount) channels, got \(channels)")
      }
      return
    }
    let ones = [Float](repeating: 1, count: channels)
    let zeros = [Float](repeating: 0, count: channels)
    parameters = [
      Parameter("weight", try Tensor(ones, [channels])), Parameter("bias", try Tensor(zeros, [channels])),
    ]
    statistics = [
      Parameter("running_mean", try Tensor(zeros, [channels])),
      Parameter("running_var", try Tensor(ones, [channels])),
    ]
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    let (scale, shift) = (parameters[0].tensor, parameters[1].tensor)
    guard pass.isTraining else {
      return try x.batchNorm(
        scale: scale, shift: shift, mean: statistics[0].tensor, variance: statistics[1].tensor,
        epsilon: epsilon)
    }
    let count = x.shape.elementCount / max(1, x.shape.dimensions[1])
    guard count > 1 else {
      throw LayerError(
        "\(notation) can't train on a batch of one value per channel, got \(x.shape)",
        fix: "use a batch of at least 2, or frozen() for a network that should not change")
    }
    let result = try x.batchNorm(scale: scale, shift: shift, epsilon: epsilon)
    let unbiased = Double(count) / Double(count - 1) * momentum
    try pass.update(statistics[0]) { try $0 * (1 - momentum) + result.mean * momentum }
    try pass.update(statistics[1]) { try $0 * (1 - momentum) + result.variance * unbiased }
    return result.result
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }

  package func copied() throws -> any Layer {
    let copy = BatchNormLayer(momentum: momentum, epsilon: epsilon, name: name)
    copy.parameters = try parameters.map { try $0.copied() }
    copy.statistics = try statistics.map { try $0.copied() }
    return copy
  }

  package var configuration: JSONObject {
    var json = JSONObject()
    json["momentum"] = .number(momentum)
    json["epsilon"] = .number(epsilon)
    return json
  }

  convenience init(configuration: ConfigurationReader, name: String?) throws {
    self.init(
      momentum: try configuration.number("momentum"), epsilon: try configuration.number("epsilon"), name: name
    )
  }
}
