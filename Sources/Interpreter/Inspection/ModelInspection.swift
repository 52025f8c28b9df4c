import NeuralNetwork
import TensorRuntime
import Visualization

/// Looking inside a network: what layers hold and give, how the network is built, where one number comes from.
enum ModelInspection {
  static let members: [Member] =
    looking + PredictionInspection.members + AttributionMembers.all
    + UnitInspection.members + [TestTimeCrops.member]

  static let layer = Parameter.positional("layer", .string, "the layer's name, as summary() shows it")
  static let x = Parameter.positional("x", .tensorLike, "one sample: [channels, height, width]")

  private static let looking: [Member] = [
    .method(
      "features", "What leaves a layer, its activation included.",
      [
        .positional("x", .tensorLike, "a batch, or one sample"),
        .labelled("at", .string, "the layer's name, as summary() shows it"),
      ], returns: .tensor
    ) { (model: ModelObject, call) in
      let x = try call.tensor("x")
      let shapes = model.network.trace?.inputShapes ?? []
      let isSingle = shapes.count == 1 && x.rank == shapes[0].rank
      let batch = isSingle ? try x.expanded(axis: 0) : x
      let pass = Pass(isTraining: false, random: call.context.random)
      let features = try model.network.features(at: try call.string("at"), of: [batch], in: pass)
      return .tensor(isSingle ? try features.squeezed(axis: 0) : features)
    },
    .method(
      "filters", "The weights of a layer: [filters, channels, height, width].", [layer], returns: .tensor
    ) { (model: ModelObject, call) in
      let layer = try model.network.layer(at: try call.string("layer"))
      guard let weight = layer.parameters.first else {
        throw EvaluationError("ModelError", "\(layer.notation) has no weights to look at")
      }
      return .tensor(weight.tensor)
    },
    .method(
      "receptiveField",
      "How much of the input one position of a layer's output sees, and how far apart neighbours are in the input.",
      [layer], returns: .unknown,
      shapes: "(size: [height, width], jump: [height, width]); size nil for everything",
      formula: "size += (kernel - 1) · dilation · jump; jump *= stride",
      example:
        "Sequential(input: [1, 28, 28]) { Conv(6, 5); MaxPool(2); Conv(16, 5) }.receptiveField(\"conv2\")"
    ) { (model: ModelObject, call) in
      let window = try model.network.receptiveWindow(at: try call.string("layer"))
      return .tuple(("size", window.size.map { .ints($0) } ?? .nothing), ("jump", .ints(window.jump)))
    },
    .method(
      "diagram", "The network drawn as a graph: layers, and the operations between them.",
      returns: .host("Figure"),
      example: "print(Sequential(input: [1, 8, 8]) { Conv(4, 3); Flatten(); Dense(2) }.diagram())"
    ) { (model: ModelObject, call) in
      .host(FigureObject(.drawings([try diagram(model.network)])))
    },
    .method(
      "why", "The multiply-add table behind one number of a layer's output.",
      [
        x, .labelled("at", .string, "the layer's name"), .labelled("channel", .int, "which channel or unit"),
        .labelled("row", .int, "which row", default: .int(0)),
        .labelled("column", .int, "which column", default: .int(0)),
      ], returns: .host("Explanation")
    ) { (model: ModelObject, call) in
      try ExplanationObject.explain(
        model, x: try call.tensor("x"), at: try call.string("at"), channel: try call.int("channel"),
        row: try call.int("row"), column: try call.int("column"), call)
    },
  ]

  /// `x` as a single sample of the model.
  static func sample(_ model: ModelObject, _ call: Arguments, _ name: String = "x") throws -> Tensor {
    try sample(model, try call.tensor(name).cast(.float32), call)
  }

  static func sample(_ model: ModelObject, _ x: Tensor, _ call: Arguments) throws -> Tensor {
    let shapes = model.network.trace?.inputShapes ?? [Shape(Array(x.shape.dimensions.suffix(3)))]
    if shapes.count == 1, x.shape == shapes[0] { return x }
    if shapes.count == 1, x.shape == shapes[0].withBatch(1) { return try x.squeezed(axis: 0) }
    let wanted = shapes.map(\.description).joined(separator: ", ")
    throw EvaluationError(
      "ShapeError", "\(call.declaration.name) looks at one sample \(wanted), got \(x.shape)",
      fix: x.rank == shapes[0].rank + 1 ? "take one of them: x[0]" : nil)
  }

  private static func diagram(_ network: Network) throws -> GraphDiagram {
    let colors = ["conv": 0, "pool": 1, "dense": 2, "bn": 3, "dropout": 6]
    return GraphDiagram(
      try NetworkGraph(network).nodes.map { node in
        GraphDiagram.Node(
          node.name, subtitle: node.notation, output: node.shape.description,
          color: node.kind == "input" || node.kind == "operation" ? nil : colors[node.kind] ?? 5,
          sources: node.sources)
      })
  }
}
