import Syntax
import TensorRuntime

/// Calling things.
enum Calls {
  /// Calls any value that can be called. Without a site all arguments stand by position.
  static func call(
    _ callee: Value, _ arguments: [Value], site: CallSite?, trailing: Set<Int> = [],
    context: EvaluationContext
  ) throws -> Value {
    switch callee {
    case .function(let function): return try call(function, arguments, site: site, context: context)
    case .builtin(let builtin):
      return try call(
        builtin.declaration, receiver: builtin.receiver ?? .void, arguments, site: site, trailing: trailing,
        context: context)
    case .host(let object):
      let declaration = type(of: object).declaration
      guard let call = declaration.call else {
        throw EvaluationError("TypeError", "\(declaration.article) can't be called").at(site?.place)
      }
      return try self.call(
        call, receiver: callee, arguments, site: site, trailing: trailing, context: context)
    default:
      throw EvaluationError(
        "TypeError", "\(callee.article) can't be called", fix: "only functions, closures and models can"
      )
      .at(site?.place)
    }
  }

  /// Calls a built-in whose arguments haven't been matched to its parameters yet.
  static func call(
    _ builtin: Builtin, receiver: Value, _ arguments: [Value], site: CallSite?, trailing: Set<Int> = [],
    context: EvaluationContext
  ) throws -> Value {
    let binding: ArgumentBinding
    do {
      binding = try ArgumentBinding.bind(
        labels: site?.labels ?? Array(repeating: nil, count: arguments.count), trailing: trailing,
        to: builtin.parameters, of: builtin.name)
    } catch let problem as BindingProblem {
      throw EvaluationError("TypeError", problem.message, fix: problem.fix).at(site?.place)
    }
    var receiver = receiver
    return try call(builtin, receiver: &receiver, binding, arguments, site: site, context: context)
  }

  /// Calls a built-in with matched arguments.
  static func call(
    _ builtin: Builtin, receiver: inout Value, _ binding: ArgumentBinding, _ arguments: [Value],
    site: CallSite?,
    context: EvaluationContext
  ) throws -> Value {
    let outer = context.place
    let depth = context.depth
    defer {
      context.place = outer
      context.depth = depth
    }
    do {
      try context.enterCall()
      let values = binding.arrange(arguments)
      try ArgumentBinding.check(
        values, of: builtin.parameters, name: builtin.name, site: site, targets: binding.targets,
        context: context)
      if let site { context.place = site.place }
      let call = Arguments(builtin, values: values, receiver: receiver, site: site, context: context)
      context.onCall?(builtin)
      guard builtin.isMutating else { return try builtin.body(call) }
      // The body owns the receiver alone while it changes it, so that nothing is copied.
      receiver = .void
      defer { receiver = call.receiver }
      return try builtin.body(call)
    } catch {
      throw EvaluationError.located(
        error, site?.place, written: builtin.name,
        operands: site.flatMap { site in
          let written = site.receiver(of: builtin.name).map { [(receiver, $0)] } ?? []
          return OperandShapes(written + Array(zip(arguments, site.argumentPlaces)), context.globals)
        })
    }
  }

  static func tooDeep(_ depth: Int) -> EvaluationError {
    EvaluationError(
      "RecursionError", "calls are nested more than \(min(depth - 1, EvaluationContext.depthLimit)) deep",
      fix: "check that the recursion ends, or write it as a loop")
  }
}
