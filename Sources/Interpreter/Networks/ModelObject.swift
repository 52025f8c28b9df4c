import Foundation
import NeuralNetwork
import TensorRuntime

/// A network in a program.
final class ModelObject: HostObject {
  let network: Network

  init(_ network: Network) { self.network = network }

  var text: String {
    let shapes = network.trace.map { trace in
      let list = { (shapes: [Shape]) in shapes.map(\.description).joined(separator: ", ") }
      return "\(list(trace.inputShapes)) -> \(list(trace.outputShapes)), "
    }
    return "\(network.form)(\(shapes ?? "")\(TrainingText.count(network.parameterCount)) parameters)"
  }

  /// What is known of what a call gives.
  var outputType: StaticType {
    guard let outputs = network.trace?.outputs else {
      return network.form == "Sequential" ? .tensor : .unknown
    }
    let labels = network.trace?.outputLabels ?? []
    return outputs.count == 1
      ? .tensor
      : .tuple(
        outputs.indices.map { (label: labels.indices.contains($0) ? labels[$0] : nil, type: .tensor) })
  }

  /// Its outputs as a value: a tensor, or a tuple with the names that the body gives them.
  func value(of outputs: [Tensor]) -> Value {
    guard outputs.count != 1 else { return .tensor(outputs[0]) }
    let labels = network.trace?.outputLabels ?? []
    return .tuple(
      TupleValue(labels: labels.count == outputs.count ? labels : nil, elements: outputs.map { .tensor($0) }))
  }

  var byteCount: Int? {
    (network.parameters + network.statistics).reduce(0) { $0 + $1.shape.elementCount * 4 }
  }

  static let declaration = TypeDeclaration(
    "Model",
    "A network: layers with their weights. A reference: another name is the same network; copy() is not.",
    members: structure + ModelWeights.members + ModelTraining.members + ModelInspection.members
      + ModelMasks.members,
    call: Builtin(
      "Model", "Applies the network to a batch, or to one sample where its input shape is known.",
      [
        .variadic("x", .tensorLike, "what goes in"),
        .labelled("training", .optional(.bool), "the mode, instead of the usual one", default: .nothing),
      ], returns: .unknown
    ) { call in
      let object = try call.receiver(ModelObject.self)
      let inputs = try call.array("x").map { try tensorOperand($0) }
      var training: Bool?
      if case .bool(let value) = call.value("training") { training = value }
      let outputs = try call.context.apply(object.network, to: inputs, training: training)
      return object.value(of: outputs)
    })

  private static let structure: [Member] = [
    .property("parameterCount", .int, "How many numbers training may change, shared ones counted once.") {
      (model: ModelObject) in .int(model.network.parameterCount)
    },
    .property("multiplyAdds", .int, "Multiply-adds of one sample.") { (model: ModelObject) in
      .int(model.network.multiplyAdds)
    },
    .property(
      "statisticCount", .int,
      "How many running numbers batch norm keeps; training changes them, but not by gradient."
    ) { (model: ModelObject) in
      .int(model.network.statistics.reduce(0) { $0 + $1.shape.elementCount })
    },
    .property(
      "activationCount", .int, "How many numbers of one sample the inputs and the layers' outputs hold."
    ) { (model: ModelObject) in .int(try model.network.activationCount()) },
    .method(
      "outputShape", "The shape of what leaves a layer, without the batch axis.",
      [.labelled("of", .string, "the layer's name, as summary() shows it")], returns: .array(.int)
    ) { (model: ModelObject, call) in
      .ints(try model.network.summaryRow(at: try call.string("of")).outputShape.dimensions)
    },
    .property("layers", .array(.string), "The names of the layers.") { (model: ModelObject) in
      .strings(model.network.layers.map(\.path))
    },
    .method("summary", "Shows layers, shapes, parameters, multiply-adds and receptive fields.") {
      (model: ModelObject, call) in
      call.context.sink.display(try ModelSummary.bundle(of: model.network), id: nil)
      return .void
    },
    .method(
      "profile",
      "Shows where the time of a run goes: each step of the plan with its bytes and layouts. Networks with few channels run "
        + "block by block: their operations are listed with the bytes of images alone, as the rest stays in the cache.",
      [
        .labelled("batch", .int, "how many samples, zeros, it runs on", default: .int(32)),
        .labelled(
          "training", .bool, "whether to time a training step, with gradients", default: .bool(false)),
      ], returns: .void
    ) { (model: ModelObject, call) in
      let batch = try call.int("batch")
      guard (1...65536).contains(batch) else {
        throw EvaluationError("ValueError", "profile wants a batch of 1 to 65536 samples, got \(batch)")
      }
      try ModelProfile.show(
        model.network, batch: batch, isTraining: try call.bool("training"), call.context)
      return .void
    },
    .method(
      "frozen",
      "The same weights, never changed by training and always inferring; batch-norm statistics too.",
      returns: .host("Model"), inferredType: { $0[0] }
    ) { (model: ModelObject, _) in .host(ModelObject(try model.network.frozen())) },
    .method(
      "dropping", "The same weights without the last layers.",
      [.labelled("last", .int, "how many layers to leave out")], returns: .host("Model")
    ) { (model: ModelObject, call) in
      .host(ModelObject(try model.network.dropping(last: try call.int("last"))))
    },
    .method(
      "copy", "Another network with the same weights.", returns: .host("Model"), inferredType: { $0[0] }
    ) {
      (model: ModelObject, _) in
      .host(ModelObject(try model.network.copy()))
    },
    .method(
      "save", "Writes weights and network to a .safetensors file.",
      [.positional("path", .string, "the file")],
      returns: .void
    ) { (model: ModelObject, call) in
      try model.network.save(to: try call.string("path"), runtime: call.context.runtime())
      return .void
    },
    .method(
      "loadWeights", "Takes over the weights of a .safetensors file by name and shape, all or none.",
      [.positional("path", .string, "the file")], returns: .void
    ) { (model: ModelObject, call) in
      try model.network.loadWeights(from: try call.string("path"))
      return .void
    },
  ]
}
