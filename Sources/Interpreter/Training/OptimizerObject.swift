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
    let pass = Pass(isTraining: true, random: context.random)
    let runtime = try context.runtime()
    let kept = runtime.keepsGraphs
    runtime.keepsGraphs = true
    defer { runtime.keepsGraphs = kept }
    let loss = try context.modeling.training(pass) { try tensorOperand(try call.call("loss")) }
    guard loss.shape.elementCount == 1 else {
      throw EvaluationError(
        "ShapeError", "minimize wants one number, the closure gives \(loss.shape)",
        fix: "end the closure with .mean() or a loss")
    }
    let scalar = loss.rank == 0 ? loss : try loss.reshaped([])
    let report = try optimizer.minimize(scalar, pass: pass, runtime: runtime)
    return .tensor(try Tensor([report.loss], []))
  }
}

/// A tensor that an optimizer can change: an image to be painted, a number to be found.
final class VariableObject: HostObject {
  let parameter: TensorRuntime.Parameter

  init(_ parameter: TensorRuntime.Parameter) { self.parameter = parameter }

  var text: String { "Variable \(parameter.shape)" }
  var byteCount: Int? { parameter.shape.elementCount * 4 }

  static let declaration = TypeDeclaration(
    "Variable", "A tensor that optimizers can change. Stands for its value where a tensor is wanted.",
    members: [
      .property("value", .tensor, "Its current value.") { (object: VariableObject) in
        .tensor(object.parameter.tensor)
      },
      .property("shape", .array(.int), "Its shape.") { (object: VariableObject) in
        .ints(object.parameter.shape.dimensions)
      },
    ])

  func tensorValue() throws -> Tensor? { parameter.tensor }

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
    .map { name, option in
      Builtin(
        name, "An optimizer bound to a model, a Variable, or an array of them: it changes nothing else.",
        [.positional("target", .any, "what it may change")] + (NetworkOptions.ruleParameters[option] ?? []),
        returns: .host("Optimizer")
      ) { call in
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
            throw EvaluationError("TypeError", "\(name) changes models and Variables, got \(target.article)")
              .at(call.place(of: "target"))
          }
        }
        let rule = try NetworkOptions.rule(named: option, call)
        return .host(
          OptimizerObject(Optimizer(rule: rule, networks: networks, variables: variables), name: name))
      }
    } + [
      Builtin(
        "Variable", "A tensor that optimizers can change, beginning with a value.",
        [.positional("value", .tensorLike, "the first value")], returns: .host("Variable"),
        example: "Variable(zeros(2, 2)).shape"
      ) { call in
        .host(VariableObject(TensorRuntime.Parameter("variable", try call.tensor("value").cast(.float32))))
      },
      function("mse", "The mean squared difference.", "mean (output - target)²", .mse),
      function("mae", "The mean absolute difference.", "mean |output - target|", .mae),
      function(
        "bce", "Binary cross-entropy of logits; the target may be one number.",
        "-t log σ(z) - (1 - t) log(1 - σ(z))", .bce),
      function(
        "crossEntropy", "Cross-entropy of logits [n, c] and class numbers [n].",
        "-log softmax(output)[class]", .crossEntropy()),
    ]

  private static func function(_ name: String, _ summary: String, _ formula: String, _ loss: Loss) -> Builtin
  {
    Builtin(
      name, summary,
      [
        .positional("output", .tensorLike, "what the network gives"),
        .positional("target", .tensorLike, "what is right"),
      ],
      returns: .tensor, formula: formula
    ) { call in .tensor(try loss.value(call.tensor("output"), call.tensor("target"))) }
  }
}
