import NeuralNetwork
import TensorRuntime

/// Keeping the state of loops written by hand: `saveState`, `restoreState`, and what optimizers remember.
enum SavedState {
  private static let path = Parameter.positional("path", .string, "a .safetensors file")
  private static let parts = Parameter.variadic(
    "parts", .any, "models, layers, Variables and optimizers; the same ones in the same order each time")
  private static let demo =
    "let net = Sequential(input: [2]) { Dense(1) }\nlet opt = Adam(net)\n"
    + "opt.minimize { net(ones(4, 2)).mean() }\n"

  static let functions: [Builtin] = [
    Builtin(
      "saveState",
      "Keeps all that a loop needs to go on bit by bit as if it had never stopped: weights, batch-norm statistics, "
        + "optimizers' running numbers and the random streams. The file is replaced as a whole.",
      [path, parts, .labelled("step", .int, "where the loop stands", default: .int(0))], returns: .void,
      example: demo + "saveState(\"/tmp/cnnrepl-state.safetensors\", net, opt, step: 1)"
    ) { call in
      var snapshot = try snapshot(call)
      snapshot.notes["step"] = .integer(try call.int("step"))
      try snapshot.write(
        to: try call.string("path"), random: call.context.random, runtime: call.context.runtime())
      return .void
    },
    Builtin(
      "restoreState",
      "Takes over what saveState kept, the random streams included, and gives the step. Nothing changes when the file "
        + "doesn't fit.",
      [path, parts], returns: .int,
      example: demo
        + "saveState(\"/tmp/cnnrepl-state.safetensors\", net, opt, step: 7)\n"
        + "restoreState(\"/tmp/cnnrepl-state.safetensors\", net, opt)"
    ) { call in
      var snapshot = try snapshot(call)
      try snapshot.restore(from: try call.string("path"), random: call.context.random)
      return .int(snapshot.notes["step"]?.intValue ?? 0)
    },
  ]

  static let optimizerMembers: [Member] = [
    .method(
      "save", "Writes what the optimizer remembers: its running numbers and how many steps it took.", [path],
      returns: .void
    ) { (object: OptimizerObject, call) in
      var snapshot = Snapshot()
      snapshot.add(object.optimizer, named: "optimizer")
      try snapshot.write(to: try call.string("path"), random: nil, runtime: call.context.runtime())
      return .void
    },
    .method(
      "load", "Takes over what save wrote, for the same parameters.", [path], returns: .void
    ) { (object: OptimizerObject, call) in
      var snapshot = Snapshot()
      snapshot.add(object.optimizer, named: "optimizer")
      try snapshot.restore(from: try call.string("path"), random: nil)
      return .void
    },
  ]

  private static func snapshot(_ call: Arguments) throws -> Snapshot {
    var snapshot = Snapshot()
    for (index, part) in try call.array("parts").enumerated() {
      switch part {
      case .host(let model as ModelObject): snapshot.add(model.network, named: "\(index)")
      case .host(_ as GANObject):
        throw EvaluationError(
          "TypeError", "a GAN keeps its state itself", fix: "gan.fit(data, checkpoint: \"runs/gan\")"
        ).at(call.place(of: "parts"))
      case .host(let variable as VariableObject): snapshot.add([variable.parameter], named: "\(index)")
      case .host(let layer as LayerObject):
        snapshot.add(layer.layer.parameters + layer.layer.statistics, named: "\(index)")
      case .host(let optimizer as OptimizerObject): snapshot.add(optimizer.optimizer, named: "\(index)")
      default:
        throw EvaluationError(
          "TypeError",
          "\(call.declaration.name) takes models, layers, Variables and optimizers, got \(part.article)"
        ).at(call.place(of: "parts"))
      }
    }
    return snapshot
  }
}
