import NeuralNetwork
import Syntax
import TensorRuntime

extension Rehearsal {
  /// Calls the rehearsal that a method declares with those arguments whose values are known.
  func rehearse(
    _ method: Builtin, _ rehearsal: @escaping (Arguments, Set<String>) throws -> Value, on receiver: Value,
    _ arguments: [Argument], _ span: Span, _ scope: RehearsalScope
  ) throws -> Value {
    var known: [(argument: Argument, value: Value)] = []
    var unknown: Set<String> = []
    for argument in arguments {
      do {
        if case .closure = argument.value.kind { throw Unknowable() }
        known.append((argument, try evaluate(argument.value, scope)))
      } catch is Unknowable {
        guard let label = argument.label else { throw Unknowable() }
        unknown.insert(label)
      }
    }
    let site = CallSite(
      place: place(span), labels: known.map(\.argument.label), spans: known.map(\.argument.span))
    let builtin = Builtin(method.name, "", method.parameters) { call in try rehearsal(call, unknown) }
    return try Calls.call(builtin, receiver: receiver, known.map(\.value), site: site, context: context)
  }
}

extension ModelTraining {
  /// What surely goes wrong where a network meets data: other shapes than it takes, a loss that can't compare its outputs
  /// with the targets, labels beyond its classes.
  static func rehearse(_ model: ModelObject, _ call: Arguments, _ unknown: Set<String>) throws -> Value {
    guard unknown.isDisjoint(with: ["data", "target"]) else { throw Unknowable() }
    let data = try rehearsedData(model, call)
    try model.network.build(for: data.inputShapes, random: call.context.random)
    guard data.knownTargets != nil, unknown.isDisjoint(with: ["loss", "metrics"]) else { throw Unknowable() }
    let objective = try TrainingOptionFamilies.objective(for: model.network, on: data, in: call)
    try model.network.check(objective, for: data)
    throw Unknowable()
  }

  /// What surely goes wrong where a network looks at samples: other shapes than it takes.
  static func rehearsePrediction(_ model: ModelObject, _ call: Arguments, _ unknown: Set<String>) throws
    -> Value
  {
    guard unknown.isDisjoint(with: ["data", "tta"]), !call.isGiven("tta"),
      case .host(let samples as RehearsedSamples) = call.value("data")
    else {
      throw Unknowable()
    }
    try model.network.build(for: samples.inputShapes, random: call.context.random)
    throw Unknowable()
  }

  private static func rehearsedData(_ model: ModelObject, _ call: Arguments) throws -> RehearsedSamples {
    let value = call.value("data")
    let target = try DataArgument.Target(call)
    if case .host(let samples as RehearsedSamples) = value {
      switch target {
      case .labels: return samples
      case .masks: return try samples.masked()
      case .given(let value):
        return try samples.matched(
          with: DataArgument.targetParts(value, inputShapes: samples.inputShapes, call))
      }
    }
    var inputs = value
    var targets: Value
    switch (value, target) {
    case (.tuple(let tuple), .labels) where tuple.elements.count == 2:
      (inputs, targets) = (tuple.elements[0], tuple.elements[1])
    case (_, .given(let value)): targets = value
    default: throw Unknowable()
    }
    if case .dictionary = targets { throw Unknowable() }
    func types(_ value: Value, _ count: Int?) throws -> [TensorType] {
      try DataArgument.several(value, count: count).map {
        let tensor = try tensorOperand($0)
        guard tensor.rank > 0 else { throw Unknowable() }
        return TensorType(tensor.shape.droppingBatch, tensor.elementType)
      }
    }
    let shapes = try types(inputs, model.network.trace?.inputs.count).map(\.shape)
    let outputs = model.network.trace?.outputs.count
    return RehearsedSamples(inputShapes: shapes, targets: try types(targets, outputs))
  }
}
