import Syntax

extension Calls {
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
        let value = try value(frame)
        try parameter.store(frame, parameter.typeCheck?.converted(value) ?? value)
      }
    }
  }
}
