import JSON
import TensorRuntime

/// A fully connected layer: `y = x Wᵀ + b`.
///
/// Input `[N, inputs]`, output `[N, units]`; weights `[units, inputs]`, bias `[units]`, as in PyTorch. Throws
/// `LayerError` when the input is not flat.
package final class DenseLayer: Layer {
  /// How many numbers come out.
  package let units: Int
  package let hasBias: Bool
  package let activation: Activation
  package let initializer: Initializer
  package let name: String?
  package private(set) var parameters: [Parameter] = []
  package var statistics: [Parameter] { [] }
  package var kind: String { "dense" }
  package var window: SlidingWindow? { nil }

  /// Makes a dense layer that gets its weights at the first shape it sees.
  package init(
    _ units: Int, bias: Bool = true, activation: Activation = .linear,
    initializer: Initializer = .glorotUniform, name: String? = nil
  ) {
    self.units = units
    self.hasBias = bias
    self.activation = activation
    self.initializer = initializer
    self.name = name
  }

  package var notation: String {
    "Dense(\(units)" + (hasBias ? "" : ", bias: false")
      + (activation == .linear ? ")" : ", activation: .\(activation.notation))")
  }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    let input = try single(inputs)
    guard input.rank == 1, let count = input.dimensions.first else {
      throw LayerError("\(notation) needs a flat input, got \(input)", fix: Self.flattening(input))
    }
    if let weight = parameters.first {
      guard weight.shape.dimensions[1] == count else {
        throw LayerError(
          "\(notation) was built for \(weight.shape.dimensions[1]) inputs, got \(count)",
          fix: "a layer used twice needs the same input both times")
      }
      return
    }
    let weights = try initializer.weights([units, count], fanIn: count, fanOut: units, from: random)
    parameters = [Parameter("weight", weights)]
    if hasBias {
      parameters.append(Parameter("bias", try Tensor([Float](repeating: 0, count: units), [units])))
    }
  }

  private static func flattening(_ shape: Shape) -> String {
    guard shape.rank > 1 else { return "give it a vector per sample" }
    let pooled = shape.dimensions[0]
    return "Flatten() before it (\(shape.elementCount) features) or GlobalAvgPool() (\(pooled) features)"
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    let y = try x.dense(parameters[0].tensor, bias: hasBias ? parameters[1].tensor : nil)
    return try activation.apply(y)
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    parameters.first?.shape.elementCount ?? 0
  }

  package func copied() throws -> any Layer {
    let copy = DenseLayer(units, bias: hasBias, activation: activation, initializer: initializer, name: name)
    copy.parameters = try parameters.map { try $0.copied() }
    return copy
  }

  package var configuration: JSONObject {
    var json = JSONObject()
    json["units"] = .integer(units)
    json["bias"] = .bool(hasBias)
    json["activation"] = .string(activation.notation)
    json["initializer"] = .string(initializer.rawValue)
    return json
  }

  convenience init(configuration: ConfigurationReader, name: String?) throws {
    self.init(
      try configuration.integer("units"), bias: try configuration.bool("bias"),
      activation: try configuration.activation("activation"),
      initializer: try configuration.initializer("initializer"), name: name)
  }
}
