import JSON
import TensorRuntime

/// Another layer with its weights divided by their largest singular value: `W / σ(W)` (Miyato et al. 2018).
///
/// The weights count as a matrix `[outputs, the rest]`. One power iteration a step keeps an estimate of the singular
/// vector `u [outputs]`, which changes together with the step of the network's own optimizer. Shapes are those of the
/// other layer.
package final class SpectralNormLayer: Layer {
  /// The layer whose weights are divided.
  package let inner: any Layer
  package private(set) var statistics: [Parameter] = []
  package var name: String? { inner.name }
  package var parameters: [Parameter] { inner.parameters }
  package var kind: String { inner.kind }
  package var window: SlidingWindow? { inner.window }
  package var notation: String { "SpectralNorm(\(inner.notation))" }

  /// Makes the layer around another. Throws `LayerError` for one that changes statistics of its own.
  package init(_ inner: any Layer) throws {
    self.inner = inner
    guard !(inner is Network), !(inner is SpectralNormLayer), !(inner is BatchNormLayer) else {
      throw LayerError(
        "\(notation) is not possible: SpectralNorm takes a layer with weights",
        fix: "SpectralNorm(Conv(64, 3)), SpectralNorm(Dense(10))")
    }
  }

  private func weight() throws -> Parameter {
    guard let weight = inner.parameters.first(where: { $0.name == "weight" }), weight.shape.rank >= 2 else {
      throw LayerError(
        "\(notation): \(inner.notation) has no weights to divide", fix: "SpectralNorm(Conv(64, 3))")
    }
    return weight
  }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    try inner.build(for: inputs, random: random)
    let outputs = try weight().shape[0]
    guard statistics.isEmpty else { return }
    let values = try Initializer.lecunNormal.weights([outputs], fanIn: outputs, fanOut: 1, from: random)
    statistics = [Parameter("u", values)]
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let plain = try inner.apply(to: inputs, in: pass)
    let weight = try weight().tensor
    var substitution = Substitution(batch: inputs.first?.shape.dimensions.first ?? 1)
    for input in inputs { substitution[input] = input }
    for parameter in inner.parameters { substitution[parameter.tensor] = parameter.tensor }
    substitution[weight] = try normalized(weight, in: pass)
    return try substitution.apply(to: plain)
  }

  /// `W / σ` with `σ = uᵀ W v`; no gradient flows through the singular vectors.
  private func normalized(_ weight: Tensor, in pass: Pass) throws -> Tensor {
    let matrix = try weight.flattened()
    func unit(_ x: Tensor) throws -> Tensor { try (x * (x.square().sum() + 1e-12).rsqrt()).detached() }
    let right = try unit(statistics[0].tensor.matmul(matrix))
    let left = try unit(matrix.matmul(right))
    if pass.isTraining { pass.update(statistics[0]) { _ in left } }
    return try weight / (left * matrix.matmul(right)).sum()
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    inner.multiplyAdds(inputs: inputs, output: output)
  }

  package func copied() throws -> any Layer {
    let copy = try SpectralNormLayer(try inner.copied())
    copy.statistics = try statistics.map { try $0.copied() }
    return copy
  }

  package var configuration: JSONObject {
    ["type": .string(LayerRegistry.typeName(of: inner)), "settings": .object(inner.configuration)]
  }

  convenience init(configuration: ConfigurationReader, name: String?) throws {
    guard let settings = configuration.json["settings"]?.objectValue else {
      throw configuration.wrong("settings", "a layer's settings")
    }
    let type = try configuration.string("type")
    guard type != "SpectralNormLayer" else { throw configuration.wrong("type", "another layer") }
    try self.init(try LayerRegistry.make(type: type, configuration: settings, name: name))
  }
}
