import NeuralNetwork
import TensorRuntime

/// The numbers of a network's layers, to read and to set.
enum ModelWeights {
  static let members: [Member] = [
    .method(
      "weights",
      "The numbers of a layer by name, those that training changes and those that batch norm keeps.",
      [layer], returns: .dictionary(.tensor)
    ) { (model: ModelObject, call) in
      let entries = try parameters(of: model, call).map { ($0.name, Value.tensor($0.tensor)) }
      return .dictionary(of: entries)
    },
    .method(
      "setWeights",
      "Gives a layer numbers of one's own: a filter from a book, another layer's weights. All of them or none.",
      [
        layer,
        .labelled("to", .dictionary, "tensors by the names that weights(of:) gives, all of them or some"),
      ], returns: .void
    ) { (model: ModelObject, call) in
      guard !model.network.isFrozen else {
        throw EvaluationError(
          "ModelError", "a frozen network doesn't change",
          fix: "set the weights of the network it was made from")
      }
      try set(try parameters(of: model, call), call)
      return .void
    },
  ]

  private static let layer = Parameter.labelled("of", .string, "the layer's name, as summary() shows it")

  private static func parameters(of model: ModelObject, _ call: Arguments) throws
    -> [TensorRuntime.Parameter]
  {
    let layer = try model.network.layer(at: try call.string("of"))
    return layer.parameters + layer.statistics
  }

  private static func set(_ parameters: [TensorRuntime.Parameter], _ call: Arguments) throws {
    guard case .dictionary(let given) = call.value("to") else { return }
    let names = parameters.map(\.name)
    let layer = try call.string("of")
    var changes: [(TensorRuntime.Parameter, Tensor)] = []
    for (key, value) in zip(given.entries.keys, given.entries.values) {
      guard let parameter = parameters.first(where: { $0.name == key.text }) else {
        let known = names.isEmpty ? "none" : names.joined(separator: ", ")
        throw EvaluationError(
          "ModelError", "\(layer) has no weights '\(key.text)'; it has \(known)",
          fix: closestName(to: key.text, in: names).map { "did you mean '\($0)'?" }
        ).at(call.place(of: "to"))
      }
      let tensor = try tensorOperand(value).cast(.float32)
      guard tensor.shape == parameter.shape else {
        throw EvaluationError(
          "ShapeError", "\(parameter.name) of \(layer) is \(parameter.shape), got \(tensor.shape)",
          fix: tensor.rank == 2 && tensor.shape.dimensions == parameter.shape.dimensions.reversed()
            ? "transpose it: w.transposed"
            : tensor.shape.elementCount == parameter.shape.elementCount ? "reshape it first" : nil
        ).at(call.place(of: "to"))
      }
      changes.append((parameter, tensor))
    }
    try call.context.runtime().evaluate(changes.map(\.1))
    for (parameter, tensor) in changes { try parameter.set(tensor) }
  }
}
