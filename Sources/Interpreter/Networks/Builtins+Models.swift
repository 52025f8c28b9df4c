import NeuralNetwork
import TensorRuntime

/// How programs make networks: `Sequential`, `Model`, `load`.
enum ModelBuiltins {
  private static let input = Parameter.labelled(
    "input", .optional(.ints), "the shape of one sample, without the batch axis: [channels, height, width]",
    default: .nothing)
  private static let name = Parameter.labelled(
    "name", .optional(.string), "what an outer network calls it", default: .nothing)

  static let all: [Builtin] = [
    Builtin(
      "Sequential",
      "A stack of layers: each statement of the body that gives a layer, a network or a function of tensors is applied "
        + "to what came before. With input: every shape is known, and checked, at once; without, at the first call.",
      [input, name, .positional("body", .builder, "the layers, in order")], returns: .model(output: .tensor),
      example: "Sequential(input: [1, 28, 28]) { Flatten(); Dense(10) }.parameterCount"
    ) { call in
      let context = call.context
      let body = call.value("body")
      if case .function(let function) = body, let parameter = function.code.parameters.first {
        throw EvaluationError(
          "ModelError", "the body of Sequential takes nothing, and this one wants '\(parameter.name)'",
          fix: "list the layers alone, or write Model(input: …) { x in … }")
      }
      let shape = try sampleShape(call)
      // Layers are made now, where the body stands, also when shapes come with the first call.
      let items = try context.collect(body).items
      guard !items.isEmpty else {
        throw EvaluationError(
          "ModelError", "the body of Sequential has no layers", fix: "write a layer per line")
      }
      let network = try Network(
        form: "Sequential", name: try call.optionalString("name"), inputShapes: shape.map { [$0] },
        random: context.random
      ) { recorder, inputs in
        try context.modeling.recording(recorder, of: "Sequential") {
          try append(items, to: inputs[0], context: context)
        }
      }
      return .host(ModelObject(network))
    },
    Builtin(
      "Model",
      "A network from a body of any shape: skips, several inputs and outputs. The body runs once and is recorded; ifs "
        + "and loops in it choose what is built.",
      [
        input, .labelledVariadic("inputs", .any, "the shapes of several inputs: [1, 28, 28], [10]"), name,
        .positional("body", .function("(Tensor) -> Tensor"), "gets the inputs, gives the output"),
      ], returns: .host("Model"),
      example: "Model(input: [4]) { x in x + Dense(4)(x) }.parameterCount", isModelOfBody: true
    ) { call in
      let context = call.context
      let body = call.value("body")
      let shapes = try sampleShape(call).map { [$0] } ?? severalShapes(call)
      try checkParameters(of: body, inputs: shapes?.count ?? 1)
      let network = try Network(
        form: "Model", name: try call.optionalString("name"), inputShapes: shapes, random: context.random
      ) { recorder, inputs in
        try context.modeling.recording(recorder, of: "Model") {
          let value = try context.call(body, inputs.map { .tensor($0) })
          if case .tuple(let tuple) = value, tuple.elements.count > 1 { recorder.outputLabels = tuple.labels }
          return try outputs(of: value)
        }
      }
      return .host(ModelObject(network))
    },
    Builtin(
      "load", "Reads a network from a file that save wrote, weights and all.",
      [.positional("path", .string, "a .safetensors file")], returns: .host("Model")
    ) { call in .host(ModelObject(try Network.load(from: try call.string("path")))) },
  ]

  /// The layers of a builder body, one after the other.
  private static func append(
    _ items: [Collected], to input: Tensor, context: EvaluationContext
  ) throws -> [Tensor] {
    var x = input
    let outer = context.place
    defer { context.place = outer }
    for item in items {
      context.place = item.place
      do { x = try applied(item.value, to: x, context: context) } catch {
        throw EvaluationError.located(error, item.place)
      }
    }
    return [x]
  }

  private static func applied(_ value: Value, to x: Tensor, context: EvaluationContext) throws -> Tensor {
    switch value {
    case .host(let object as LayerObject): return try context.apply(object.layer, to: [x])[0]
    case .host(let object as ModelObject): return try context.apply(object.network, to: [x])[0]
    case .builtin(let builtin) where builtin.makesLayer:
      throw EvaluationError(
        "ModelError", "'\(builtin.declaration.name)' is no layer before it is called",
        fix: "write \(builtin.declaration.shortCall)")
    case .function, .builtin: return try tensorOperand(try context.call(value, [.tensor(x)]))
    default:
      throw EvaluationError(
        "ModelError",
        "a body of Sequential takes layers, networks and functions of tensors, got \(value.article)")
    }
  }

  /// Refuses a closure that takes another number of inputs than it will get.
  private static func checkParameters(of body: Value, inputs: Int) throws {
    guard case .function(let function) = body, function.code.isClosure,
      function.code.parameters.isEmpty || function.code.parameters.count != inputs && inputs > 1
    else { return }
    let names = ["x", "y", "z"].prefix(inputs).joined(separator: ", ")
    throw EvaluationError(
      "ModelError",
      "the body of Model gets \(inputs) input\(inputs == 1 ? "" : "s"), and this one takes "
        + "\(function.code.parameters.isEmpty ? "nothing" : String(function.code.parameters.count))",
      fix: "write { \(names)\(inputs > 3 ? ", …" : "") in … }"
        + (inputs == 1 ? ", or Sequential for a stack of layers" : ""))
  }

  private static func outputs(of value: Value) throws -> [Tensor] {
    switch value {
    case .tuple(let tuple): return try tuple.elements.map(tensorOperand)
    case .array(let array): return try array.elements.map(tensorOperand)
    case .host(let layer as LayerObject):
      throw EvaluationError(
        "ModelError", "the body of Model gives the layer \(layer.text), which was applied to nothing",
        fix: "write x |> \(layer.text)")
    case .void:
      throw EvaluationError(
        "ModelError", "the body of Model gives nothing", fix: "end it with the output, or return it")
    default: return [try tensorOperand(value)]
    }
  }

  private static func sampleShape(_ call: Arguments) throws -> Shape? {
    guard let lengths = try call.optionalInts("input") else { return nil }
    let shape = try checked(lengths, call, "input")
    if let hint = ShapeHistory.channelsLast(shape) { call.context.warn(hint, fix: nil) }
    return shape
  }

  private static func severalShapes(_ call: Arguments) throws -> [Shape]? {
    var given = try call.array("inputs")
    // One array of shapes is as good as the shapes themselves.
    if given.count == 1, case .array(let list) = given[0], case .array? = list.elements.first {
      given = list.elements
    }
    guard !given.isEmpty else { return nil }
    return try given.map { element in
      guard case .array(let lengths) = element else { throw wrongShape(call, "inputs", element.article) }
      return try checked(
        try lengths.elements.map {
          guard case .int(let length) = $0 else { throw wrongShape(call, "inputs", $0.article) }
          return length
        }, call, "inputs")
    }
  }

  private static func checked(_ lengths: [Int], _ call: Arguments, _ name: String) throws -> Shape {
    guard !lengths.isEmpty, lengths.count <= 6, lengths.allSatisfy((1...1_000_000_000).contains) else {
      throw wrongShape(call, name, "\(lengths)")
    }
    return Shape(lengths)
  }

  private static func wrongShape(_ call: Arguments, _ name: String, _ got: String) -> EvaluationError {
    EvaluationError(
      "ValueError", "\(call.declaration.name) needs \(name): the shape of one sample, got \(got)",
      fix: "write \(name == "input" ? "input: [1, 28, 28]" : "inputs: [1, 28, 28], [10]")"
    ).at(call.place(of: name))
  }
}

extension BuiltinValue {
  /// Whether calling it makes a layer, as `Dense` by itself doesn't.
  var makesLayer: Bool { receiver == nil && declaration.returns.hostName == "Layer" }
}

extension Builtin {
  /// A call with the names of what must be given: `Dense(units)`.
  var shortCall: String {
    "\(name)(\(parameters.filter { !$0.isOptional }.map(\.name).joined(separator: ", ")))"
  }
}
