import JSON
import TensorRuntime

/// Noise while training, nothing at inference. Any shape; the noise is a pure function of the seed and the step.
package final class NoiseLayer: Layer {
  /// What is done to the numbers.
  package enum Form: String, Hashable, Sendable {
    /// Each is dropped with probability `rate`, the rest scaled by `1 / (1 − rate)` (Srivastava et al. 2014).
    case dropout = "Dropout"
    /// Whole channels of `[N, C, …]` are dropped (Tompson et al. 2015).
    case spatialDropout = "SpatialDropout"
    /// Dropped ones become SELU's lowest value, then all are moved to keep mean and variance (Klambauer et al. 2017).
    case alphaDropout = "AlphaDropout"
    /// Normal noise of standard deviation `rate` is added.
    case gaussian = "GaussianNoise"
  }

  package let form: Form
  package let rate: Double
  package let name: String?
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var kind: String { form == .gaussian ? "noise" : "dropout" }
  package var window: SlidingWindow? { nil }
  package var notation: String { "\(form.rawValue)(\(rate))" }

  /// Makes a noise layer. Throws `LayerError` unless `0 ≤ rate`, and `rate < 1` for what drops.
  package init(_ form: Form, _ rate: Double, name: String? = nil) throws {
    guard rate >= 0, rate.isFinite, rate < 1 || form == .gaussian else {
      throw LayerError(
        form == .gaussian
          ? "GaussianNoise(\(rate)) needs a deviation of 0 or more"
          : "\(form.rawValue)(\(rate)) needs a share between 0 and 1",
        fix: form == .gaussian ? nil : "\(form.rawValue)(0.5) drops half")
    }
    self.form = form
    self.rate = rate
    self.name = name
  }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    let input = try single(inputs)
    guard form != .spatialDropout || input.rank >= 2 else {
      throw LayerError(
        "\(notation) drops channels of images [channel, height, width], got \(input)",
        fix: "use Dropout(\(rate)) for vectors")
    }
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    guard pass.isTraining, rate > 0 else { return x }
    let random = pass.random.draw(for: .dropout)
    switch form {
    case .dropout: return try x.dropout(rate: rate, random: random)
    case .spatialDropout:
      let channels = Shape(x.shape.dimensions.enumerated().map { $0 < 2 ? $1 : 1 })
      return try x * Tensor.dropoutMask(channels, rate: rate, random: random)
    case .alphaDropout:
      // SELU's lower bound −λα; the scale and shift that restore mean 0 and variance 1.
      let low = -1.758_099_340_847_376_6
      let kept = 1 - rate
      let scale = 1 / (kept + low * low * kept * rate).squareRoot()
      let mask = try Tensor.dropoutMask(x.shape, rate: rate, random: random) * kept
      return try (x * mask + (1 - mask) * low) * scale - scale * rate * low
    case .gaussian: return try x + Tensor.normal(x.shape, deviation: rate, random: random)
    }
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package func copied() throws -> any Layer { try NoiseLayer(form, rate, name: name) }
  package var configuration: JSONObject { ["form": .string(form.rawValue), "rate": .number(rate)] }
  convenience init(configuration: ConfigurationReader, name: String?) throws {
    guard let form = Form(rawValue: try configuration.string("form")) else {
      throw configuration.wrong("form", "Dropout, SpatialDropout, AlphaDropout or GaussianNoise")
    }
    try self.init(form, try configuration.number("rate"), name: name)
  }
}
