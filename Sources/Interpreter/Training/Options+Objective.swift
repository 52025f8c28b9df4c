import NeuralNetwork
import TensorRuntime

/// What `fit` and `evaluate` are to make small and to measure: `loss:` and `metrics:`, for one output or several.
extension TrainingOptionFamilies {
  /// The argument `loss:`.
  static let lossParameter = Parameter.labelled(
    "loss",
    .either([.option(loss), .function("(output, target) -> Tensor"), .tuple, .dictionary]),
    "what training makes small; for several outputs one for each, (.crossEntropy, 0.5 * .mse) or by name, or a closure "
      + "of all of them", default: .option(named: "crossEntropy"))

  /// The argument `metrics:`.
  static let metricsParameter = Parameter.labelled(
    "metrics",
    .optional(
      .either([
        .array(.either([.option(metric), .function("(output, target) -> Tensor")])), .tuple, .dictionary,
        .option(metric),
      ])),
    "what is measured as well, for several outputs also one by one; accuracy where classes are learned",
    default: .nothing)

  /// What a call asks of a network's outputs.
  static func objective(for network: Network, on data: any TrainingData, in call: Arguments) throws
    -> Objective
  {
    let names = network.outputNames
    let loss = call.value("loss")
    guard names.count > 1 else {
      try refuseSeveral(loss, "loss", in: call)
      try refuseSeveral(call.value("metrics"), "metrics", in: call)
      let own = try self.loss(loss, "loss", in: call)
      return Objective(
        own,
        metrics: try metrics(
          call.value("metrics"), for: own, ofClasses: data.targetTypes.first?.elementType == .int32, in: call)
      )
    }
    if case .function(let function) = loss { return try whole(function, names, call) }
    let losses = try parts(of: loss, "loss", names, call).map { try self.loss($0, "loss", in: call) }
    return Objective(outputs: try terms(losses, names, call))
  }

  private static func terms(_ losses: [Loss], _ names: [String], _ call: Arguments) throws
    -> [(name: String, term: Objective.Term)]
  {
    let given = call.value("metrics")
    let wanted: [Value] =
      switch given {
      case .tuple, .dictionary: try parts(of: given, "metrics", names, call, isPartial: true)
      default: names.map { _ in given }
      }
    let isApart = if case .tuple = given { true } else if case .dictionary = given { true } else { false }
    return try zip(names, zip(losses, wanted)).map { name, part in
      let (loss, wanted) = part
      let metrics =
        isApart && wanted.isNothing
        ? [] : try self.metrics(wanted, for: loss, ofClasses: false, in: call, skipsUnfit: !isApart)
      return (name, Objective.Term(loss, metrics: metrics))
    }
  }

  /// A loss of all outputs: the closure gets them, and the targets, as tuples.
  private static func whole(_ function: FunctionValue, _ names: [String], _ call: Arguments) throws
    -> Objective
  {
    let context = call.context
    let labels = (try? call.receiver(ModelObject.self))?.network.trace?.outputLabels ?? []
    func tuple(_ tensors: [Tensor]) -> Value {
      tensors.count == 1
        ? .tensor(tensors[0])
        : .tuple(
          TupleValue(
            labels: labels.count == tensors.count ? labels : nil, elements: tensors.map { .tensor($0) }))
    }
    // Metrics need to know what kind of target each output has, which a closure doesn't tell.
    let none = Loss("loss") { _, _ in .scalar(0) }
    let terms =
      call.value("metrics").isNothing
      ? names.map { ($0, Objective.Term(none)) }
      : try self.terms(names.map { _ in none }, names, call)
    return Objective(outputs: terms) { outputs, targets in
      try tensorOperand(try context.call(.function(function), [tuple(outputs), tuple(targets)]))
    }
  }

  /// A value for each output, from a tuple, a dictionary, or one for all.
  private static func parts(
    of value: Value, _ name: String, _ names: [String], _ call: Arguments, isPartial: Bool = false
  ) throws -> [Value] {
    let outputs = names.joined(separator: ", ")
    func wrong(_ message: String, fix: String? = nil) -> EvaluationError {
      EvaluationError("ModelError", message, fix: fix).at(call.place(of: name))
    }
    var named: [(String, Value)] = []
    switch value {
    case .tuple(let tuple) where tuple.labels.allSatisfy({ $0 == nil }):
      guard tuple.elements.count == names.count else {
        throw wrong(
          "\(name): is given \(tuple.elements.count) times, and the network has \(names.count) outputs: \(outputs)"
        )
      }
      return tuple.elements
    case .tuple(let tuple): named = zip(tuple.labels, tuple.elements).map { ($0 ?? "", $1) }
    case .dictionary(let dictionary):
      named = zip(dictionary.entries.keys, dictionary.entries.values).map { ($0.text, $1) }
    default: return names.map { _ in value }
    }
    if let unknown = named.first(where: { !names.contains($0.0) }) {
      throw wrong(
        "\(name): names the output '\(unknown.0)', and the network's are \(outputs)",
        fix: closestName(to: unknown.0, in: names).map { "did you mean '\($0)'?" })
    }
    return try names.map { output in
      if let found = named.first(where: { $0.0 == output }) { return found.1 }
      guard isPartial else { throw wrong("\(name): says nothing of the output '\(output)'") }
      return .nothing
    }
  }

  private static func refuseSeveral(_ value: Value, _ name: String, in call: Arguments) throws {
    switch value {
    case .tuple, .dictionary:
      throw EvaluationError(
        "ModelError", "\(name): is given for several outputs, and the network has one",
        fix: "\(name): \(name == "loss" ? ".crossEntropy" : "[.accuracy]")"
      ).at(call.place(of: name))
    default: return
    }
  }

  /// The loss an argument stands for: options, their sums, or a closure of output and target.
  static func loss(_ name: String, in call: Arguments) throws -> Loss {
    try loss(call.value(name), name, in: call)
  }

  private static func loss(_ value: Value, _ name: String, in call: Arguments) throws -> Loss {
    switch value {
    case .function, .builtin:
      let context = call.context
      return Loss("loss") { output, target in
        try tensorOperand(try context.call(value, [.tensor(output), .tensor(target)]))
      }
    case .option: break
    default:
      throw EvaluationError(
        "TypeError", "\(name): wants a loss, got \(value.article)", fix: "write .crossEntropy or .mse"
      ).at(call.place(of: name))
    }
    var total: Loss?
    for (weight, option) in try call.weightedOptions(value, of: name) {
      let part = try loss(option)
      let weighted = weight == 1 ? part : part.scaled(by: weight)
      total = total.map { $0 + weighted } ?? weighted
    }
    return total ?? .crossEntropy()
  }

  private static func loss(_ option: ChosenOption) throws -> Loss {
    if let loss = try SegmentationOptions.loss(option) { return loss }
    let arguments = option.arguments
    switch option.name {
    case "mse": return .mse
    case "mae": return .mae
    case "bce": return .bce
    case "huber": return .huber(delta: try arguments.number("delta"))
    case "hinge": return .hinge(margin: try arguments.number("margin"))
    default: return try crossEntropy(arguments)
    }
  }

  /// The metrics a value stands for: options, or closures of output and target that give a number. Without any, what
  /// suits the loss. `skipsUnfit` leaves out what makes no sense for the loss.
  private static func metrics(
    _ value: Value, for loss: Loss, ofClasses: Bool, in call: Arguments, skipsUnfit: Bool = false
  ) throws -> [Metric] {
    guard !value.isNothing else {
      switch loss.subject {
      case .classes: return [.accuracy]
      case .decisions: return [.binaryAccuracy]
      case .values: return []
      case .unknown: return ofClasses ? [.accuracy] : []
      }
    }
    return try call.choices(value, of: "metrics").enumerated().compactMap { index, choice in
      switch choice {
      case .option(let option):
        if skipsUnfit, loss.subject == .values { return nil }
        if skipsUnfit, loss.subject == .decisions {
          return option.name.hasSuffix("ccuracy") ? .binaryAccuracy : nil
        }
        if let metric = try SegmentationOptions.metric(option) { return metric }
        switch option.name {
        case "top": return .top(try option.arguments.int("k"))
        case "binaryAccuracy": return .binaryAccuracy
        default: return .accuracy
        }
      case .value(let function): return metric("metric\(index + 1)", function, call.context)
      }
    }
  }

  private static func metric(_ name: String, _ function: Value, _ context: EvaluationContext) -> Metric {
    Metric(name) { output, target in
      let value = try tensorOperand(try context.call(function, [.tensor(output), .tensor(target)]))
      let count = Double(output.shape.dimensions.first ?? 1)
      return try Tensor.concat(
        [try value.mean().reshaped([1]) * count, try Tensor.constant(count, [1])], axis: 0)
    } value: {
      $0.count == 2 && $0[1] > 0 ? $0[0] / $0[1] : .nan
    }
  }
}
