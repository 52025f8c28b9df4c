import JSON
import TensorRuntime

/// A parameter that a network's body uses by itself, for layers of one's own: no inputs, output is its value, without a
/// batch axis.
package final class VariableLayer: Layer {
  package let name: String?
  /// What training changes.
  package let parameter: Parameter
  private let initial: Tensor
  package var parameters: [Parameter] { [parameter] }
  package var statistics: [Parameter] { [] }
  package var kind: String { "variable" }
  package var window: SlidingWindow? { nil }
  package var notation: String { "Variable \(parameter.shape)" }

  /// Makes a variable with its first value.
  package init(_ value: Tensor, name: String? = nil) {
    self.name = name
    initial = value
    parameter = Parameter("value", value)
  }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    guard inputs.isEmpty else { throw LayerError("\(notation) takes no input") }
  }
  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor { parameter.tensor }
  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package func copied() throws -> any Layer { VariableLayer(parameter.tensor, name: name) }
  /// A variable with the first value once more.
  func renewed() -> VariableLayer { VariableLayer(initial, name: name) }
  package var configuration: JSONObject { ["shape": .integers(parameter.shape.dimensions)] }
  convenience init(configuration: ConfigurationReader, name: String?) throws {
    let lengths = try configuration.shape("shape")
    self.init(try Tensor.zeros(Shape(lengths)), name: name)
  }
}
