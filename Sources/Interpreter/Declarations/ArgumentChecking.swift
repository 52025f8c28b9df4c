import Syntax

extension ArgumentBinding {
  /// Checks decoded values against the declared types, and decodes the options among them once.
  static func check(
    _ values: [Value?], of parameters: [Parameter], name: String, site: CallSite?, targets: [Int]?,
    context: EvaluationContext
  ) throws {
    for index in parameters.indices {
      guard let value = values[index] else { continue }
      let parameter = parameters[index]
      if case .any = parameter.type, !value.isVoid { continue }
      if parameter.isVariadic {
        guard case .array(let array) = value else { continue }
        for element in array.elements where !parameter.type.accepts(element) {
          throw mismatch(element, parameter, name).at(place(of: index, site, targets))
        }
        continue
      }
      guard parameter.type.accepts(value) else {
        throw mismatch(value, parameter, name).at(place(of: index, site, targets))
      }
      if parameter.type.takesOptions { try checkOptions(value, parameter, name, context) }
    }
  }

  private static func checkOptions(
    _ value: Value, _ parameter: Parameter, _ name: String, _ context: EvaluationContext
  ) throws {
    switch value {
    case .option(let option):
      var waiting = [option]
      while let option = waiting.popLast() {
        if case .single = option.form {
          _ = try choose(option, from: parameter.type, for: name, context: context)
        } else {
          waiting += option.parts
        }
      }
    case .array(let array):
      for element in array.elements { try checkOptions(element, parameter, name, context) }
    case .tuple(let tuple):
      for element in tuple.elements { try checkOptions(element, parameter, name, context) }
    case .dictionary(let dictionary):
      for element in dictionary.entries.values { try checkOptions(element, parameter, name, context) }
    default: break
    }
  }

  private static func place(of parameter: Int, _ site: CallSite?, _ targets: [Int]?) -> SourcePlace? {
    guard let site, let argument = targets?.firstIndex(of: parameter), site.spans.indices.contains(argument)
    else {
      return site?.place
    }
    return SourcePlace(source: site.place.source, span: site.spans[argument])
  }

  static func mismatch(_ value: Value, _ parameter: Parameter, _ name: String) -> EvaluationError {
    EvaluationError(
      "TypeError", mismatchMessage(value.article, parameter, name), fix: hint(value, parameter, name))
  }

  static func mismatchMessage(_ got: String, _ parameter: Parameter, _ name: String) -> String {
    "\(name) wants \(withArticle(parameter.type.name)) for '\(parameter.name)', got \(got)"
  }

  private static func hint(_ value: Value, _ parameter: Parameter, _ name: String) -> String? {
    if let hint = ForeignNames.argumentHint(StaticType.of(value), for: parameter, of: name) { return hint }
    let families = parameter.type.families
    if case .string(let text) = value, let family = families.first {
      return option(text, in: family).map { "write .\($0)" } ?? options(families)
    }
    if case .array(let array) = value, let family = families.first, !array.elements.isEmpty {
      let names = array.elements.compactMap { element in
        if case .string(let text) = element { option(text, in: family) } else { nil }
      }
      if names.count == array.elements.count {
        return "write [\(names.map { "." + $0 }.joined(separator: ", "))]"
      }
    }
    if case .builtin(let builtin) = value,
      families.contains(where: { $0.cases.contains { $0.name == builtin.declaration.name } })
    {
      return "write .\(builtin.declaration.name)"
    }
    switch (parameter.type, value) {
    case (.int, .double(let number)):
      return "write Int(\(Value.text(number))), which cuts off what is behind the point"
    case (.tensor, .array): return "write Tensor([…])"
    default: return families.isEmpty ? nil : options(families)
    }
  }

  /// The option that a string means: the same, another library's name for it, or the nearest.
  private static func option(_ text: String, in family: OptionFamily) -> String? {
    let names = family.cases.map(\.name)
    if let same = names.first(where: { $0.lowercased() == text.lowercased() }) { return same }
    if let foreign = ForeignNames.option(text), names.contains(foreign) { return foreign }
    return Spelling.nearest(to: text, among: names)
  }

  /// The options that exist, as errors list them.
  static func options(_ families: [OptionFamily]) -> String {
    "one of "
      + families.flatMap { family in family.cases.map { "." + $0.name + ($0.parameters.isEmpty ? "" : "(…)") }
      }
      .joined(separator: ", ")
  }

  /// Finds an option among those a parameter knows, and decodes its arguments.
  static func choose(
    _ option: OptionValue, from type: ParameterType, for name: String, context: EvaluationContext
  ) throws -> ChosenOption {
    let families = type.families
    let owner = "\(name)'s .\(option.name)"
    guard case .single = option.form else {
      throw EvaluationError("TypeError", "\(name) takes one option here, got \(option.text)").at(
        option.site?.place)
    }
    guard let found = families.lazy.compactMap({ $0[option.name] }).first else {
      throw unknownOption(option.name, families, name).at(option.site?.place)
    }
    let declaration = Builtin("." + option.name, found.summary, found.parameters) { _ in .void }
    let arguments = option.arguments ?? []
    do {
      let binding = try bind(labels: arguments.map(\.label), to: found.parameters, of: owner)
      let values = binding.arrange(arguments.map(\.value))
      try check(
        values, of: found.parameters, name: owner, site: option.site, targets: binding.targets,
        context: context)
      return ChosenOption(
        name: option.name,
        arguments: Arguments(declaration, values: values, site: option.site, context: context))
    } catch let problem as BindingProblem {
      throw EvaluationError("TypeError", problem.message, fix: problem.fix).at(option.site?.place)
    }
  }

  static func unknownOption(_ option: String, _ families: [OptionFamily], _ name: String) -> EvaluationError {
    let names = families.flatMap { $0.cases.map(\.name) }
    guard !names.isEmpty else {
      return EvaluationError("TypeError", "\(name) takes no option here, got .\(option)")
    }
    let near = Spelling.nearest(to: option, among: names).map { "did you mean .\($0)? " } ?? ""
    return EvaluationError("NameError", "\(name) has no option .\(option)", fix: near + options(families))
  }
}
