import JSON
import TensorRuntime

/// One vector per sample: `[N, …]` to `[N, count]`.
package final class FlattenLayer: Layer {
  package let name: String?
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var kind: String { "flatten" }
  package var window: SlidingWindow? { nil }
  package var notation: String { "Flatten()" }

  /// Makes a flattening layer.
  package init(name: String? = nil) { self.name = name }
  package func build(for inputs: [Shape], random: RandomSource) throws { _ = try single(inputs) }
  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    let count = x.shape.dimensions.dropFirst().reduce(1, *)
    return try x.reshaped([samples(of: x), count])
  }
  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package func copied() throws -> any Layer { FlattenLayer(name: name) }
  package var configuration: JSONObject { JSONObject() }
  convenience init(configuration: ConfigurationReader, name: String?) throws { self.init(name: name) }
}

/// Another shape for the same numbers of each sample: `[N, …]` to `[N, shape…]`. Throws `LayerError` when the counts
/// differ.
package final class ReshapeLayer: Layer {
  package let shape: Shape
  package let name: String?
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var kind: String { "reshape" }
  package var window: SlidingWindow? { nil }
  package var notation: String { "Reshape(\(shape.dimensions.map(String.init).joined(separator: ", ")))" }

  /// Makes a reshaping layer; the batch axis is not named.
  package init(_ shape: Shape, name: String? = nil) {
    self.shape = shape
    self.name = name
  }
  package func build(for inputs: [Shape], random: RandomSource) throws {
    let input = try single(inputs)
    guard input.elementCount == shape.elementCount else {
      throw LayerError(
        "\(notation) has \(shape.elementCount) numbers per sample, got \(input) with \(input.elementCount)",
        fix: fittingShape(input.elementCount))
    }
  }

  /// The same shape with another first length, where that takes all numbers.
  private func fittingShape(_ count: Int) -> String {
    let rest = Shape(Array(shape.dimensions.dropFirst())).elementCount
    guard rest > 0, count % rest == 0 else { return "choose lengths whose product is \(count)" }
    let lengths = [count / rest] + shape.dimensions.dropFirst()
    return "Reshape(\(lengths.map { String($0) }.joined(separator: ", "))) takes them all"
  }
  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    return try x.reshaped([samples(of: x)] + shape.dimensions)
  }
  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package func copied() throws -> any Layer { ReshapeLayer(shape, name: name) }
  package var configuration: JSONObject {
    var json = JSONObject()
    json["shape"] = .integers(shape.dimensions)
    return json
  }
  convenience init(configuration: ConfigurationReader, name: String?) throws {
    self.init(Shape(try configuration.integers("shape")), name: name)
  }
}

/// An ``Activation`` as a layer of its own; any shape.
package final class ActivationLayer: Layer {
  package let activation: Activation
  package let name: String?
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var window: SlidingWindow? { nil }
  package var kind: String { String(activation.notation.prefix { $0 != "(" }) }
  package var notation: String { activation.notation }

  /// Makes an activation layer.
  package init(_ activation: Activation, name: String? = nil) {
    self.activation = activation
    self.name = name
  }
  package func build(for inputs: [Shape], random: RandomSource) throws { _ = try single(inputs) }
  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    try activation.apply(try single(inputs))
  }
  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package func copied() throws -> any Layer { ActivationLayer(activation, name: name) }
  package var configuration: JSONObject {
    var json = JSONObject()
    json["activation"] = .string(activation.notation)
    return json
  }
  convenience init(configuration: ConfigurationReader, name: String?) throws {
    self.init(try configuration.activation("activation"), name: name)
  }
}
