import NeuralNetwork
import TensorRuntime

/// An optimizer in a program, bound to what it may change.
final class OptimizerObject: HostObject {
  let optimizer: Optimizer
  private let name: String

  init(_ optimizer: Optimizer, name: String) {
    self.optimizer = optimizer
    self.name = name
  }

  var text: String {
    let count = optimizer.parameters.reduce(0) { $0 + $1.shape.elementCount }
    return "\(name)(lr: \(optimizer.rule.learningRate)) of \(TrainingText.count(count)) parameters"
  }

  static let declaration = TypeDeclaration(
    "Optimizer", "Changes what it was given, and nothing else, to make a loss small.",
    members: [
      .method(
        "minimize",
        "Evaluates the loss in training mode, takes its gradient for exactly the optimizer's parameters, checks that all "
          + "is finite, takes one step, and gives the loss.",
        [.positional("loss", .function("() -> Tensor"), "the loss, written out")], returns: .tensor
      ) { (object: OptimizerObject, call) in try object.minimize(call) },
      .property("lr", .double, "The learning rate; can be assigned.") { (object: OptimizerObject) in
        .double(Double("\(object.optimizer.rule.learningRate)") ?? 0)
      },
      .property("steps", .int, "How many steps it took.") { (object: OptimizerObject) in
        .int(object.optimizer.state.stepCount)
      },
    ] + SavedState.optimizerMembers)

  func setMember(_ name: String, to value: Value, _ context: EvaluationContext) throws {
    guard name == "lr", let rate = value.number, rate > 0, rate.isFinite else {
      throw EvaluationError(
        "ValueError", "only 'lr' can be changed, to a number above 0", fix: "opt.lr = 1e-4")
    }
    optimizer.rule.learningRate = Float(rate)
  }

  private func minimize(_ call: Arguments) throws -> Value {
    let context = call.context
    let runtime = try context.runtime()
    let kept = runtime.keepsGraphs
    runtime.keepsGraphs = true
    defer { runtime.keepsGraphs = kept }
    func loss(_ pass: Pass) throws -> Tensor {
      let loss = try context.modeling.training(pass) { try tensorOperand(try call.call("loss")) }
      guard loss.shape.elementCount == 1 else {
        throw EvaluationError(
          "ShapeError", "minimize wants one number, the closure gives \(loss.shape)",
          fix: "end the closure with .mean() or a loss")
      }
      return loss.rank == 0 ? loss : try loss.reshaped([])
    }
    if optimizer.evaluatesAgain {
      let before = try optimizer.minimize(runtime: runtime, evaluate: loss, random: context.random)
      return .tensor(try Tensor([before], []))
    }
    // A gradient around this may still want the way to what is outside the closure.
    let moment = kept ? nil : GraphMoment.now()
    let pass = Pass(isTraining: true, random: context.random)
    let scalar = try loss(pass)
    let report = try optimizer.minimize(scalar, pass: pass, runtime: runtime, settlingBefore: moment)
    return .tensor(try Tensor([report.loss], []))
  }
}

/// A tensor that an optimizer can change: an image to be painted, a number to be found.
///
/// Used in a network's body it becomes one of the network's parameters: that is how layers of one's own keep weights.
final class VariableObject: HostObject {
  let layer: VariableLayer
  private let modeling: Modeling
  var parameter: TensorRuntime.Parameter { layer.parameter }

  init(_ layer: VariableLayer, in modeling: Modeling) {
    self.layer = layer
    self.modeling = modeling
  }

  var text: String { "Variable \(parameter.shape)" }
  var byteCount: Int? { parameter.shape.elementCount * 4 }

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle {
    MIMEBundle(text: try context.text(of: .host(self)))
  }

  static let declaration = TypeDeclaration(
    "Variable",
    "A tensor that optimizers can change. Stands for its value where a tensor is wanted, and has a Tensor's members. A "
      + "network whose body uses one trains, counts, saves and copies it with its own weights.",
    members: [
      .property("value", .tensor, "Its current value.") { (object: VariableObject) in
        .tensor(object.parameter.tensor)
      },
      .property("shape", .array(.int), "Its shape.") { (object: VariableObject) in
        .ints(object.parameter.shape.dimensions)
      },
    ], mayHaveMember: { _ in true })

  func tensorValue() throws -> Tensor? {
    if let recorder = modeling.recorders.last { return try recorder.use(layer) }
    return parameter.tensor
  }

  /// What a Tensor can do, a Variable can.
  func dynamicMember(_ name: String, _ context: EvaluationContext) throws -> Value? {
    guard let tensor = try tensorValue(), context.library.declaration(of: .tensor(tensor))?[name] != nil
    else { return nil }
    return try Members.get(name, of: .tensor(tensor), context)
  }

  func setMember(_ name: String, to value: Value, _ context: EvaluationContext) throws {
    guard name == "value" else {
      throw EvaluationError("TypeError", "only 'value' of a Variable can be changed")
    }
    try parameter.set(try tensorOperand(value).cast(.float32))
  }
}

/// Optimizers, variables and losses as functions.
enum OptimizationBuiltins {
  static let all: [Builtin] =
    [("SGD", "sgd"), ("Adam", "adam"), ("AdamW", "adamW"), ("RMSProp", "rmsprop"), ("Adagrad", "adagrad")]
    .map(optimizer) + [lbfgs, variable]

  /// An optimizer of one of the rules that `fit` knows too.
  private static func optimizer(_ name: String, _ option: String) -> Builtin {
    let rates = Parameter.labelled(
      "rates", .dictionary, "learning rates of layers instead of lr: [\"body\": 1e-5]",
      default: .dictionary(of: []))
    let target = Parameter.positional("target", .any, "what it may change")
    return Builtin(
      name, "An optimizer bound to a model, a Variable, or an array of them: it changes nothing else.",
      [target] + (NetworkOptions.ruleParameters[option] ?? []) + [rates], returns: .host("Optimizer")
    ) { call in
      let (networks, variables) = try targets(call)
      let optimizer = Optimizer(
        rule: try NetworkOptions.rule(named: option, call), networks: networks, variables: variables)
      try optimizer.setRates(try NetworkOptions.rates("rates", in: call))
      return .host(OptimizerObject(optimizer, name: name))
    }
  }

  private static let lbfgs = Builtin(
    "LBFGS",
    "Limited-memory BFGS, for few parameters and a loss without chance: an image in style transfer, a small network "
      + "on all its data. Evaluates the closure several times a step.",
    [
      .positional("target", .any, "what it may change"),
      .labelled("lr", .number, "the length of the first try", default: .double(1)),
      .labelled("history", .int, "how many steps it remembers", default: .int(10)),
    ], returns: .host("Optimizer"),
    example: """
      let x = Variable([3.0])
      let opt = LBFGS(x)
      for _ in 0..<5 { opt.minimize { (x * x).sum() } }
      """
  ) { call in
    let (networks, variables) = try targets(call)
    let rate = try call.number("lr")
    guard rate > 0, rate.isFinite, (1...1000).contains(try call.int("history")) else {
      throw EvaluationError("ValueError", "LBFGS needs lr above 0 and a history of 1 to 1000 steps")
    }
    let optimizer = Optimizer(
      rule: .sgd(learningRate: Float(rate)), networks: networks, variables: variables,
      lbfgs: LBFGS(history: try call.int("history")))
    return .host(OptimizerObject(optimizer, name: "LBFGS"))
  }

  private static let variable = Builtin(
    "Variable",
    "A tensor that optimizers can change, beginning with a value. In the body of a network, or of a function that one "
      + "uses as a layer, it is a weight of that network.",
    [
      .positional("value", .tensorLike, "the first value"),
      .labelled("name", .optional(.string), "what summaries and files call it", default: .nothing),
    ], returns: .host("Variable"),
    example: """
      func scaled(_ x: Tensor) -> Tensor { x * Variable(ones(x.channels)).perChannel }
      Sequential(input: [3, 8, 8]) { scaled; Flatten() }.parameterCount
      """
  ) { call in
    let value = try call.tensor("value").cast(.float32)
    let layer = VariableLayer(value, name: try call.optionalString("name"))
    return .host(VariableObject(layer, in: call.context.modeling))
  }

  /// What an optimizer may change: models, layers, Variables, or an array of them.
  private static func targets(_ call: Arguments) throws -> ([Network], [TensorRuntime.Parameter]) {
    var networks: [Network] = []
    var variables: [TensorRuntime.Parameter] = []
    var targets = [call.value("target")]
    if case .array(let array) = targets[0] { targets = array.elements }
    for target in targets {
      switch target {
      case .host(let model as ModelObject): networks.append(model.network)
      case .host(let variable as VariableObject): variables.append(variable.parameter)
      case .host(let layer as LayerObject): variables += layer.layer.parameters
      default:
        throw EvaluationError(
          "TypeError", "\(call.declaration.name) changes models and Variables, got \(target.article)"
        ).at(call.place(of: "target"))
      }
    }
    return (networks, variables)
  }
}
