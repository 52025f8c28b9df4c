import NeuralNetwork
import TensorRuntime

/// A layer in a program: it has weights once it met an input, and is called on tensors.
final class LayerObject: HostObject {
  let layer: any Layer

  init(_ layer: any Layer) { self.layer = layer }

  var text: String { layer.notation }
  var byteCount: Int? { (layer.parameters + layer.statistics).reduce(0) { $0 + $1.shape.elementCount * 4 } }

  static let declaration = TypeDeclaration(
    "Layer", "A part of a network with weights of its own; used twice, it shares them.",
    members: [
      .property("parameterCount", .int, "How many numbers training changes; 0 before the first use.") {
        (object: LayerObject) in .int(object.layer.parameterCount)
      },
      .property("weight", .tensor, "The weights: [filters, channels, height, width] or [outputs, inputs].") {
        (object: LayerObject) in try object.parameter("weight")
      },
      .property("bias", .tensor, "The bias: [filters].") { (object: LayerObject) in
        try object.parameter("bias")
      },
    ],
    call: Builtin(
      "Layer", "Applies the layer to a batch [n, …].", [.variadic("x", .tensorLike, "what goes in")],
      returns: .tensor
    ) { call in
      let object = try call.receiver(LayerObject.self)
      let inputs = try call.array("x").map { try tensorOperand($0) }
      return .tensor(try call.context.apply(object.layer, to: inputs)[0])
    })

  private func parameter(_ name: String) throws -> Value {
    guard let parameter = layer.parameters.first(where: { $0.name == name }) else {
      throw EvaluationError(
        "ModelError", "\(layer.notation) has no \(name)\(layer.parameters.isEmpty ? " yet" : "")",
        fix: layer.parameters.isEmpty ? "weights are made when the layer meets its first input" : nil)
    }
    return .tensor(parameter.tensor)
  }
}

/// The tensor a value stands for. Throws a `TypeError` where it stands for none.
func tensorOperand(_ value: Value) throws -> Tensor {
  guard let tensor = try TensorConversion.tensor(from: value) else {
    throw EvaluationError("TypeError", "expected a Tensor, got \(value.article)")
  }
  return tensor
}
