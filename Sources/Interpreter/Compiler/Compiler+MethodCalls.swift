import Syntax

extension Compiler {
  /// `base.name(arguments)`
  func compileMethodCall(
    _ base: Expression, _ name: String, _ nameSpan: Span, _ isOptional: Bool, _ arguments: [Argument],
    _ span: Span
  ) -> Operand {
    if library.mutatingMethods.contains(name), let reference = compileReference(base, quietly: true) {
      return compileMutatingCall(reference, base, name, nameSpan, arguments, span)
    }
    if case .name(let baseName) = base.kind, quietly({ resolve(baseName, base.span) }) == nil,
      let hint = ForeignNames.hint(for: name, in: baseName), !globals.keys.contains(baseName)
    {
      report("NameError", "unknown name '\(baseName)'", base.span.joined(nameSpan), fix: hint)
      for argument in arguments { _ = compile(argument.value) }
      return .invalid
    }
    let operand = compile(base)
    checkHasValue(operand, base.span)
    let declared = declaredMethod(name, of: operand.type, nameSpan, isOptional)
    if declared == nil, let property = calledProperty(name, of: operand.type, isOptional) {
      report(
        "TypeError", property.message, Span(nameSpan.start, span.end), fix: property.fix)
    }
    let trailing = trailing(arguments)
    let site = site(arguments, span)
    let binding = declared.flatMap { bind(arguments, trailing, to: $0, span) }
    let operands = compileArguments(arguments, binding, declared?.parameters ?? [], declared?.name ?? name)
    let codes = operands.map(\.code)
    let code = operand.code
    let cache = MethodCache(declared, binding)
    var type = declared?.returns ?? .unknown
    if let infer = declared?.inferredType { type = infer([operand.type] + operands.map(\.type)) }
    let namePlace = place(nameSpan)
    return Operand(
      { frame in
        var value = try code(frame)
        if value.isNothing, isOptional { throw NilInChain() }
        var values: [Value] = []
        values.reserveCapacity(codes.count)
        for code in codes { values.append(try code(frame)) }
        let context = frame.context
        if let (builtin, binding) = try cache.method(
          name, of: value, labels: site.labels, trailing: trailing, context: context, site: site)
        {
          return try Calls.call(builtin, receiver: &value, binding, values, site: site, context: context)
        }
        let member: Value
        do { member = try Members.get(name, of: value, context) } catch {
          throw EvaluationError.located(error, namePlace)
        }
        guard member.isCallable || member.isReference else {
          throw Members.calledProperty(name, of: value.article).at(namePlace)
        }
        return try Calls.call(member, values, site: site, trailing: trailing, context: context)
      }, type)
  }

  /// What is wrong with the call of a member that a known type declares as a property; `nil` where it may be right.
  private func calledProperty(_ name: String, of type: StaticType, _ isOptional: Bool) -> EvaluationError? {
    var type = type
    if case .optional(let inner) = type, isOptional { type = inner }
    guard let declaration = type.declarationName.flatMap({ library.types[$0] }),
      let member = declaration[name],
      case .property(let result, _) = member.kind
    else { return nil }
    switch result {
    case .unknown, .function, .optional: return nil
    case .host, .model:
      if result.declarationName.flatMap({ library.types[$0] })?.call != nil { return nil }
    default: break
    }
    return Members.calledProperty(name, of: declaration.article)
  }

  /// The method a known type declares under a name; reports one that surely doesn't exist.
  private func declaredMethod(_ name: String, of type: StaticType, _ span: Span, _ isOptional: Bool)
    -> Builtin?
  {
    var type = type
    if case .optional(let inner) = type, isOptional { type = inner }
    guard let declarationName = type.declarationName, let declaration = library.types[declarationName] else {
      return nil
    }
    if !declaration.mayHave(name) {
      let problem = Members.unknown(name, declaration, [])
      report("NameError", problem.message, span, fix: problem.fix)
    }
    return declaration.method(name)
  }

  /// `variable.append(x)`: the variable is changed in place.
  private func compileMutatingCall(
    _ reference: Reference, _ base: Expression, _ name: String, _ nameSpan: Span, _ arguments: [Argument],
    _ span: Span
  ) -> Operand {
    let trailing = trailing(arguments)
    let site = site(arguments, span)
    let codes = arguments.map { compile($0.value).code }
    let cache = MethodCache(nil, nil)
    let namePlace = place(nameSpan)
    let typeName = reference.type
    if let declarationName = typeName.declarationName, let declaration = library.types[declarationName],
      let member = declaration[name], case .method(let builtin) = member.kind
    {
      _ = bind(arguments, trailing, to: builtin, span)
      if builtin.isMutating { checkMutable(reference, base.span, "changed by \(name)") }
    }
    let (constant, advice) = (reference.name, reference.advice)
    var element: TypeCheck?
    if case .array(let check)? = reference.check, ["append", "insert"].contains(name) { element = check }
    return Operand { frame in
      var values: [Value] = []
      values.reserveCapacity(codes.count)
      for code in codes { values.append(try code(frame)) }
      if let element, let first = values.first {
        values[0] = try EvaluationError.placing(site.place) {
          site.labels[0] == nil
            ? try element.fitted(first, for: "an element of '\(constant)'")
            : try TypeCheck.array(element).fitted(
              .array(of: Iteration.elements(of: first, frame.context)), for: "'\(constant)'")
        }
      }
      let context = frame.context
      return try reference.modify(frame) { value, isOpen in
        if let (builtin, binding) = try cache.method(
          name, of: value, labels: site.labels, trailing: trailing, context: context, site: site)
        {
          if builtin.isMutating, !isOpen, !value.isReference {
            throw EvaluationError(
              "TypeError", "'\(constant)' is a constant and can't be changed by \(name)", fix: advice,
              place: site.place)
          }
          return try Calls.call(builtin, receiver: &value, binding, values, site: site, context: context)
        }
        let member: Value
        do { member = try Members.get(name, of: value, context) } catch {
          throw EvaluationError.located(error, namePlace)
        }
        return try Calls.call(member, values, site: site, trailing: trailing, context: context)
      }
    }
  }
}

extension Value {
  /// Whether it is a host object, which constants may hold and methods may change.
  var isReference: Bool {
    if case .host = self { return true }
    return false
  }
}

/// Remembers at a call site which method a type's name stands for.
final class MethodCache {
  private var declaration: TypeDeclaration?
  private var builtin: Builtin?
  private var binding: ArgumentBinding?
  private let declared: Builtin?
  private let declaredBinding: ArgumentBinding?

  init(_ declared: Builtin?, _ binding: ArgumentBinding?) {
    self.declared = declared
    declaredBinding = binding
  }

  /// The method with its matched arguments; `nil` where the name isn't a method.
  func method(
    _ name: String, of value: Value, labels: [String?], trailing: Set<Int>, context: EvaluationContext,
    site: CallSite
  ) throws -> (Builtin, ArgumentBinding)? {
    guard let found = context.library.declaration(of: value) else { return nil }
    if found === declaration, let builtin, let binding { return (builtin, binding) }
    guard let method = found.method(name) else { return nil }
    declaration = found
    builtin = method
    if method === declared, let declaredBinding {
      binding = declaredBinding
    } else {
      do {
        binding = try ArgumentBinding.bind(
          labels: labels, trailing: trailing, to: method.parameters, of: method.name)
      } catch let problem as BindingProblem {
        declaration = nil
        throw EvaluationError("TypeError", problem.message, fix: problem.fix, place: site.place)
      }
    }
    return binding.map { (method, $0) }
  }
}
