import Syntax

/// Which argument of a call belongs to which parameter, found once per call site.
struct ArgumentBinding {
  /// For each argument the index of its parameter.
  let targets: [Int]
  /// The variadic parameter that gathers several arguments, if there is one.
  let variadic: Int?
  let parameterCount: Int
  /// Whether the arguments stand in the order of the first parameters, one for each.
  private let isInOrder: Bool

  private init(targets: [Int], variadic: Int?, parameterCount: Int) {
    self.targets = targets
    self.variadic = variadic
    self.parameterCount = parameterCount
    isInOrder = variadic == nil && targets.enumerated().allSatisfy { $0 == $1 }
  }

  /// Puts the arguments' values into the parameters' order.
  func arrange(_ arguments: [Value]) -> [Value?] {
    if isInOrder, arguments.count == targets.count {
      var values: [Value?] = []
      values.reserveCapacity(parameterCount)
      for argument in arguments { values.append(argument) }
      while values.count < parameterCount { values.append(nil) }
      return values
    }
    var values = [Value?](repeating: nil, count: parameterCount)
    var gathered: [Value] = []
    for (index, target) in targets.enumerated() {
      if target == variadic { gathered.append(arguments[index]) } else { values[target] = arguments[index] }
    }
    if let variadic { values[variadic] = .array(of: gathered) }
    return values
  }
}

/// One thing wrong with a call, before it has a place.
struct BindingProblem: Error {
  let message: String
  /// The argument at fault; `nil` for the call as a whole.
  let argument: Int?
  let fix: String?
}

extension ArgumentBinding {
  /// Matches arguments to parameters: labelled ones by label, the others by position, closures behind the call to what
  /// takes functions.
  static func bind(
    labels: [String?], trailing: Set<Int> = [], to parameters: [Parameter], of name: String
  ) throws -> ArgumentBinding {
    let variadic = parameters.firstIndex(where: \.isVariadic)
    var targets = [Int](repeating: -1, count: labels.count)
    var taken = [Bool](repeating: false, count: parameters.count)
    for (index, label) in labels.enumerated() {
      guard let label else { continue }
      guard
        let target = parameters.firstIndex(where: {
          $0.label == label || ($0.label == nil && $0.name == label)
        })
      else {
        throw unknownLabel(label, index, parameters, name)
      }
      if taken[target] {
        throw BindingProblem(message: "\(name) got '\(label)' twice", argument: index, fix: "leave one out")
      }
      taken[target] = true
      targets[index] = target
    }
    var next = 0
    for index in labels.indices where labels[index] == nil {
      if trailing.contains(index) {
        guard let target = parameters.indices.last(where: { !taken[$0] && parameters[$0].type.takesFunction })
        else {
          throw BindingProblem(
            message: "\(name) takes no closure here", argument: index,
            fix: ForeignNames.closureHint(of: name) ?? "signature: \(signature(name, parameters))")
        }
        taken[target] = true
        targets[index] = target
        continue
      }
      if index > 0, targets[index - 1] == variadic, let variadic, parameters[variadic].label != nil {
        targets[index] = variadic
        continue
      }
      while next < parameters.count, parameters[next].label != nil || (taken[next] && next != variadic) {
        next += 1
      }
      guard next < parameters.count else { throw tooMany(index, labels, parameters, taken, name) }
      taken[next] = true
      targets[index] = next
      if next != variadic { next += 1 }
    }
    if let missing = parameters.indices.first(where: { !taken[$0] && !parameters[$0].isOptional }) {
      let parameter = parameters[missing]
      if let recipe = NetworkOptions.recipes[name] {
        throw BindingProblem(
          message: "\(name) needs what it is to change", argument: nil,
          fix: "write \(name)(net, lr: 1e-3) for minimize; fit takes optimizer: .\(recipe)(lr: 1e-3)")
      }
      let what = parameter.label.map { "'\($0):'" } ?? "a value for '\(parameter.name)'"
      throw BindingProblem(
        message: "\(name) needs \(what) (\(parameter.type.name))", argument: nil,
        fix: "signature: \(signature(name, parameters))")
    }
    return ArgumentBinding(targets: targets, variadic: variadic, parameterCount: parameters.count)
  }

  /// How a function is called; of a long list of parameters the beginning, with all that must be given.
  static func signature(_ name: String, _ parameters: [Parameter]) -> String {
    var list = ""
    for (index, parameter) in parameters.enumerated() {
      if list.count > 150, !parameters[index...].contains(where: { !$0.isOptional }) {
        return "\(name)(\(list), …)"
      }
      list += (index > 0 ? ", " : "") + parameter.signature
    }
    return "\(name)(\(list))"
  }

  private static func unknownLabel(
    _ label: String, _ index: Int, _ parameters: [Parameter], _ name: String
  ) -> BindingProblem {
    let labels = parameters.map { $0.label ?? $0.name }
    let foreign = ForeignNames.label(label, among: labels)
    let fix: String
    if let hint = ForeignNames.labelHint(label, of: name) {
      fix = hint
    } else if ForeignNames.namesInput(label), let hint = ForeignNames.extraArgument(of: name) {
      fix = hint
    } else if let near = foreign ?? Spelling.nearest(to: label, among: labels) {
      fix = "did you mean '\(near):'?"
    } else if labels.isEmpty {
      fix = "\(name) takes no arguments"
    } else {
      fix = "signature: \(signature(name, parameters))"
    }
    return BindingProblem(message: "\(name) has no parameter '\(label)'", argument: index, fix: fix)
  }

  private static func tooMany(
    _ index: Int, _ labels: [String?], _ parameters: [Parameter], _ taken: [Bool], _ name: String
  ) -> BindingProblem {
    let positional = parameters.filter { $0.label == nil }.count
    let given = labels.filter { $0 == nil }.count
    if let open = parameters.indices.first(where: { !taken[$0] && parameters[$0].label != nil }),
      let label = parameters[open].label
    {
      let message =
        positional == 0
        ? "\(name) wants labels" : "\(name) takes \(count(positional, "value")) without a label, got \(given)"
      return BindingProblem(
        message: message, argument: index,
        fix: ForeignNames.extraArgument(of: name) ?? "write '\(label):' before it, if that is meant")
    }
    let message =
      parameters.isEmpty
      ? "\(name) takes no arguments, got \(labels.count)"
      : "\(name) takes \(count(parameters.count, "argument")), got \(labels.count)"
    return BindingProblem(message: message, argument: index, fix: "signature: \(signature(name, parameters))")
  }

  private static func count(_ number: Int, _ word: String) -> String {
    "\(number) \(word)\(number == 1 ? "" : "s")"
  }
}

extension ParameterType {
  /// Whether a closure behind the call may be meant for it.
  var takesFunction: Bool {
    switch self {
    case .function, .builder, .any: true
    case .optional(let type): type.takesFunction
    case .either(let types): types.contains(where: \.takesFunction)
    default: false
    }
  }

  /// The option families it knows.
  var families: [OptionFamily] {
    switch self {
    case .option(let family): [family]
    case .optional(let type), .array(let type): type.families
    case .either(let types): types.flatMap(\.families)
    default: []
    }
  }

  /// Whether it knows any: asked at each call.
  var takesOptions: Bool {
    switch self {
    case .option: true
    case .optional(let type), .array(let type): type.takesOptions
    case .either(let types): types.contains(where: \.takesOptions)
    default: false
    }
  }

  /// Whether a value fits.
  func accepts(_ value: Value) -> Bool {
    switch (self, value) {
    case (.any, .void): false
    case (.any, _): true
    case (.bool, .bool), (.int, .int), (.number, .int), (.number, .double), (.string, .string),
      (.range, .range),
      (.dictionary, .dictionary), (.tuple, .tuple), (.tensor, .tensor), (.tensorLike, .tensor),
      (.tensorLike, .int), (.tensorLike, .double), (.tensorLike, .bool):
      true
    case (.ints, .int): true
    case (.ints, .array(let array)): array.elements.allSatisfy { if case .int = $0 { true } else { false } }
    case (.ints, .tuple(let tuple)): tuple.elements.allSatisfy { if case .int = $0 { true } else { false } }
    case (.tensor, .host(let object)), (.tensorLike, .host(let object)):
      ((try? object.tensorValue()) ?? nil) != nil
    case (.tensorLike, .array(let array)): TensorConversion.isNumeric(array)
    case (.function, .function), (.function, .builtin), (.builder, .function): true
    case (.function, .host(let object)): type(of: object).declaration.call != nil
    case (.sequence, .array), (.sequence, .range), (.sequence, .string), (.sequence, .dictionary),
      (.sequence, .tensor),
      (.sequence, .host):
      true
    case (.array(let element), .array(let array)): array.elements.allSatisfy(element.accepts)
    case (.host(let name), .host(let object)): type(of: object).declaration.name == name
    case (.option, .option): true
    case (.optional, .nothing): true
    case (.optional(let type), _): type.accepts(value)
    case (.either(let types), _): types.contains { $0.accepts(value) }
    default: false
    }
  }

  /// Whether a value of this type might fit: false only where it surely doesn't.
  func mayAccept(_ type: StaticType) -> Bool {
    switch (self, type) {
    case (_, .unknown): true
    case (.any, .void): false
    case (.any, _): true
    case (_, .optional(let inner)): mayAccept(inner)
    case (.bool, .bool), (.int, .int), (.int, .number), (.string, .string), (.range, .range),
      (.dictionary, .dictionary), (.tuple, .tuple), (.function, .function), (.builder, .function),
      (.tensor, .tensor), (.tensorLike, .tensor), (.tensorLike, .bool), (.tensorLike, .array):
      true
    case (.number, let type): type.isNumber
    case (.tensorLike, let type) where type.isNumber: true
    case (.ints, .int), (.ints, .number), (.ints, .tuple): true
    case (.ints, .array(let element)): ParameterType.int.mayAccept(element)
    case (.array(let wanted), .array(let element)): wanted.mayAccept(element)
    case (.host(let name), _) where type.hostName != nil: name == type.hostName
    case (.tensor, .host), (.tensorLike, .host), (.function, .host), (.sequence, .host), (.function, .model):
      true
    case (.sequence, .array), (.sequence, .range), (.sequence, .string), (.sequence, .dictionary),
      (.sequence, .tensor):
      true
    case (.optional(let inner), _): inner.mayAccept(type)
    case (.either(let types), _): types.contains { $0.mayAccept(type) }
    case (_, .option): !families.isEmpty
    default: false
    }
  }
}
