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
        error, site?.place,
        operands: site.flatMap { site in
          let written = site.receiver(of: builtin.name).map { [(receiver, $0)] } ?? []
          return OperandShapes(written + Array(zip(arguments, site.argumentPlaces)), context.globals)
        })
    }
  }

  /// Calls a function written in the language.
  static func call(
    _ function: FunctionValue, _ arguments: [Value], site: CallSite?, context: EvaluationContext,
    collector: Collector? = nil
  ) throws -> Value {
    let code = function.code
    let frame = Frame(context, slotCount: code.slotCount, cellCount: code.cellCount, function: function)
    frame.collector = collector
    defer { context.depth -= 1 }
    do {
      try context.enterCall()
      if code.isPlain, arguments.count == code.parameters.count, site?.isUnlabelled ?? true,
        code.isClosure || site == nil
      {
        for (index, parameter) in code.parameters.enumerated() {
          try pass(arguments[index], to: parameter, of: code, in: frame, at: site)
        }
      } else {
        try fill(frame, code, arguments, site)
      }
      let result = try run(code, frame)
      if let check = code.returnCheck, collector == nil { return try returned(result, check, code) }
      return result
    } catch let error as EvaluationError {
      if !code.isClosure || site != nil { error.passing(code.name, calledAt: site?.place) }
      throw error
    }
  }

  /// Calls a function whose arguments stand in its parameters' order.
  static func callDirectly(
    _ function: FunctionValue, _ arguments: [Code], _ caller: Frame, _ site: CallSite
  ) throws -> Value {
    let code = function.code
    let context = caller.context
    guard code.parameters.count == arguments.count else {
      return try call(function, arguments.map { try $0(caller) }, site: site, context: context)
    }
    let frame = Frame(context, slotCount: code.slotCount, cellCount: code.cellCount, function: function)
    for index in arguments.indices {
      try pass(arguments[index](caller), to: code.parameters[index], of: code, in: frame, at: site)
    }
    defer { context.depth -= 1 }
    do {
      try context.enterCall()
      let result = try run(code, frame)
      if let check = code.returnCheck { return try returned(result, check, code) }
      return result
    } catch let error as EvaluationError {
      error.passing(code.name, calledAt: site.place)
      throw error
    }
  }

  private static func returned(_ value: Value, _ check: TypeCheck, _ code: FunctionCode) throws -> Value {
    let converted = check.converted(value)
    guard try check.accepts(converted) else {
      throw EvaluationError(
        "TypeError", "\(code.name) promises to return \(check.article), got \(value.article)",
        place: code.place)
    }
    return converted
  }

  @inline(__always)
  static func run(_ code: FunctionCode, _ frame: Frame) throws -> Value {
    for action in code.body {
      switch try action(frame) {
      case .normal, .fallThrough: continue
      default:
        let result = frame.result
        return result
      }
    }
    return .void
  }

  @inline(__always)
  static func pass(
    _ value: Value, to parameter: FunctionParameter, of code: FunctionCode, in frame: Frame,
    at site: CallSite?
  ) throws {
    var value = value
    if let check = parameter.typeCheck { value = check.converted(value) }
    if let check = parameter.typeCheck, try !check.accepts(value) {
      let error = EvaluationError(
        "TypeError", "\(code.name) wants \(check.article) for '\(parameter.name)', got \(value.article)")
      throw error.at(site?.place)
    }
    if value.isVoid {
      throw EvaluationError("TypeError", "\(code.name) got nothing for '\(parameter.name)'").at(site?.place)
    }
    try parameter.store(frame, value)
  }

  /// Matches arguments to parameters by label and position, with defaults and variadics.
  private static func fill(_ frame: Frame, _ code: FunctionCode, _ arguments: [Value], _ site: CallSite?)
    throws
  {
    var arguments = arguments
    var labels = site?.labels ?? Array(repeating: nil, count: arguments.count)
    if code.isClosure, code.parameters.count > 1, arguments.count == 1, case .tuple(let tuple) = arguments[0],
      tuple.elements.count == code.parameters.count
    {
      arguments = tuple.elements
      labels = Array(repeating: nil, count: arguments.count)
    }
    let targets: [Int]
    do {
      targets = try FunctionSignature(code).bind(labels, ignoringLabels: site == nil)
    } catch let problem as BindingProblem {
      throw EvaluationError("TypeError", problem.message, fix: problem.fix).at(site?.place)
    }
    var gathered: [Int: [Value]] = [:]
    var given = [Bool](repeating: false, count: code.parameters.count)
    for (index, target) in targets.enumerated() {
      given[target] = true
      if code.parameters[target].isVariadic {
        gathered[target, default: []].append(arguments[index])
      } else {
        try pass(arguments[index], to: code.parameters[target], of: code, in: frame, at: site)
      }
    }
    for (index, parameter) in code.parameters.enumerated() {
      if parameter.isVariadic {
        var values = gathered[index] ?? []
        if let check = parameter.typeCheck { values = values.map(check.converted) }
        if let check = parameter.typeCheck, let wrong = try values.first(where: { try !check.accepts($0) }) {
          throw EvaluationError(
            "TypeError",
            "\(code.name) wants \(check.article) for each of '\(parameter.name)', got \(wrong.article)"
          )
          .at(site?.place)
        }
        try parameter.store(frame, .array(of: values))
      } else if !given[index], let value = parameter.defaultValue {
        try parameter.store(frame, value(frame))
      }
    }
  }

  static func tooDeep(_ depth: Int) -> EvaluationError {
    EvaluationError(
      "RecursionError", "calls are nested more than \(min(depth - 1, EvaluationContext.depthLimit)) deep",
      fix: "check that the recursion ends, or write it as a loop")
  }
}

extension CallSite {
  /// Whether no argument has a label.
  var isUnlabelled: Bool { labels.allSatisfy { $0 == nil } }
}

/// How a function written in the language may be called; used before running and at the call.
struct FunctionSignature {
  struct Slot {
    let label: String?
    let name: String
    let isVariadic: Bool
    let hasDefault: Bool
    let typeCheck: TypeCheck?
  }
  let name: String
  let slots: [Slot]
  let isClosure: Bool
  let text: String
  /// The check of the type that is written behind `->`.
  let returnCheck: TypeCheck?

  init(_ code: FunctionCode) {
    name = code.name
    isClosure = code.isClosure
    text = code.signature
    slots = code.parameters.map {
      Slot(
        label: $0.label, name: $0.name, isVariadic: $0.isVariadic, hasDefault: $0.defaultValue != nil,
        typeCheck: $0.typeCheck)
    }
    returnCheck = code.returnCheck
  }

  init(name: String, slots: [Slot], isClosure: Bool, text: String, returnCheck: TypeCheck?) {
    self.name = name
    self.slots = slots
    self.isClosure = isClosure
    self.text = text
    self.returnCheck = returnCheck
  }

  /// For each argument the index of its parameter.
  func bind(_ labels: [String?], trailing: Set<Int> = [], ignoringLabels: Bool = false) throws -> [Int] {
    var targets: [Int] = []
    var taken = [Bool](repeating: false, count: slots.count)
    var next = 0
    for (index, label) in labels.enumerated() {
      if let label {
        guard let target = slots.firstIndex(where: { $0.label == label }) else { throw unknown(label, index) }
        if taken[target] {
          throw BindingProblem(message: "\(name) got '\(label)' twice", argument: index, fix: nil)
        }
        taken[target] = true
        targets.append(target)
        next = slots[target].isVariadic ? target : target + 1
        continue
      }
      if trailing.contains(index), let target = slots.indices.last(where: { !taken[$0] }) {
        taken[target] = true
        targets.append(target)
        continue
      }
      let isOpen = { (target: Int) in
        let slot = slots[target]
        if slot.isVariadic { return slot.label == nil || ignoringLabels || taken[target] }
        return !taken[target] && (slot.label == nil || ignoringLabels)
      }
      while next < slots.count, !isOpen(next) { next += 1 }
      guard next < slots.count else { throw tooMany(labels, index) }
      taken[next] = true
      targets.append(next)
      if !slots[next].isVariadic { next += 1 }
    }
    if let missing = slots.indices.first(where: {
      !taken[$0] && !slots[$0].isVariadic && !slots[$0].hasDefault
    }) {
      let slot = slots[missing]
      let what = slot.label.map { "'\($0):'" } ?? "a value for '\(slot.name)'"
      throw BindingProblem(message: "\(name) needs \(what)", argument: nil, fix: "signature: \(text)")
    }
    return targets
  }

  private func unknown(_ label: String, _ index: Int) -> BindingProblem {
    if slots.contains(where: { $0.label == nil && $0.name == label }) {
      return BindingProblem(
        message: "\(name) takes '\(label)' without a label", argument: index, fix: "leave '\(label):' out")
    }
    let near = Spelling.nearest(to: label, among: slots.compactMap(\.label))
    return BindingProblem(
      message: "\(name) has no parameter '\(label)'", argument: index,
      fix: near.map { "did you mean '\($0):'?" } ?? "signature: \(text)")
  }

  private func tooMany(_ labels: [String?], _ index: Int) -> BindingProblem {
    if let open = slots.first(where: { $0.label != nil }), let label = open.label, labels.count <= slots.count
    {
      return BindingProblem(
        message: "\(name) wants the label '\(label):' here", argument: index,
        fix: "write '\(label):' before it, or declare it without a label: _ \(open.name)")
    }
    let count = slots.count
    return BindingProblem(
      message: "\(name) takes \(count) argument\(count == 1 ? "" : "s"), got \(labels.count)",
      argument: index,
      fix: "signature: \(text)")
  }
}
