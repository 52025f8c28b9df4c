import Syntax

/// Something that can be changed in place: a variable, a member or an element of one.
struct Reference {
  let type: StaticType
  /// Whether the variable it begins with was declared with `let`.
  let isConstant: Bool
  /// What the variable it begins with is called.
  let name: String
  /// Where the variable was declared.
  let declared: Span?
  /// Takes the value out, lets the body change it, and puts it back.
  let modify: (Frame, (inout Value) throws -> Value) throws -> Value
}

extension Compiler {
  /// The place that an expression denotes; `nil` where it is no place (reported unless `quietly`).
  func compileReference(_ expression: Expression, quietly isQuiet: Bool = false) -> Reference? {
    switch expression.kind {
    case .name(let name): return compileNameReference(name, expression.span, isQuiet)
    case .member(let base, let name, let nameSpan, _):
      guard let reference = compileReference(base, quietly: isQuiet) else { return nil }
      let place = place(nameSpan)
      return reference.inner(.unknown) { value, frame, body in
        do { return try Members.modify(name, of: &value, frame.context, body) } catch {
          throw EvaluationError.located(error, place)
        }
      }
    case .index(let base, let indices, _):
      guard let reference = compileReference(base, quietly: isQuiet) else { return nil }
      let codes = indices.map { compile($0.value).code }
      let place = place(expression.span)
      if indices.count == 2, indices[1].label != nil {
        return entry(of: reference, codes[0], codes[1], place)
      }
      var elementType = StaticType.unknown
      if case .array(let element) = reference.type { elementType = element }
      let modify = reference.modify
      return Reference(
        type: elementType, isConstant: reference.isConstant, name: reference.name,
        declared: reference.declared
      ) { frame, body in
        let positions = try codes.map { try $0(frame) }
        return try modify(frame) { value in
          do { return try Elements.modify(positions, of: &value, frame.context, body) } catch {
            throw EvaluationError.located(error, place)
          }
        }
      }
    case .forceUnwrap(let inner), .optionalChain(let inner): return compileReference(inner, quietly: isQuiet)
    default:
      if !isQuiet {
        report(
          "TypeError", "can't assign to this", expression.span,
          fix: "a variable, a member or an element stands left of '='")
      }
      return nil
    }
  }

  /// The entry of a dictionary that begins with a default: `counts[key, default: 0] += 1`.
  private func entry(
    of reference: Reference, _ key: @escaping Code, _ fallback: @escaping Code, _ place: SourcePlace
  ) -> Reference {
    reference.inner(.unknown) { value, frame, body in
      guard case .dictionary = value else { throw Compiler.noDictionary(value, place) }
      let key = try key(frame)
      return try EvaluationError.placing(place) {
        try Elements.modify([key], of: &value, frame.context) { element in
          if element.isNothing { element = try fallback(frame) }
          return try body(&element)
        }
      }
    }
  }

  private func compileNameReference(_ name: String, _ span: Span, _ isQuiet: Bool) -> Reference? {
    let resolution = isQuiet ? quietly { resolve(name, span) } : resolve(name, span)
    let place = place(span)
    switch resolution {
    case .slot(let index, let local):
      return Reference(type: local.type, isConstant: local.isConstant, name: name, declared: local.span) {
        frame, body in
        try Compiler.change(&frame.slots[index], body)
      }
    case .cell(let index, let local):
      return Reference(type: local.type, isConstant: local.isConstant, name: name, declared: local.span) {
        frame, body in
        guard let cell = frame.cells[index] else { throw Compiler.noValue(name, place) }
        return try cell.change(body)
      }
    case .capture(let index, let local):
      return Reference(type: local.type, isConstant: local.isConstant, name: name, declared: local.span) {
        frame, body in
        try frame.captures[index].change(body)
      }
    case .global(let info):
      let variable = info.variable
      return Reference(
        type: info.isReady ? info.type : .unknown, isConstant: info.isConstant, name: name,
        declared: info.span
      ) { _, body in
        if variable.value.isVoid { throw Compiler.noValue(name, place) }
        return try variable.change(body)
      }
    case .builtin, .constant, .itself:
      if !isQuiet {
        report(
          "NameError", "'\(name)' belongs to the library and can't be changed", span,
          fix: "declare your own: var \(name) = …")
      }
      return nil
    case nil:
      if !isQuiet, !diagnostics.contains(where: { $0.span == span }) {
        reportUnknown(name, span, isAssigned: true)
      }
      return nil
    }
  }

  /// Lets a body change a value that is taken out meanwhile, so that reading the variable inside the body is no conflict.
  static func change(_ slot: inout Value, _ body: (inout Value) throws -> Value) rethrows -> Value {
    var value = Value.void
    swap(&value, &slot)
    defer { slot = value }
    return try body(&value)
  }

  /// Reports the change of a constant.
  func checkMutable(_ reference: Reference, _ span: Span, _ what: String) {
    guard reference.isConstant else { return }
    if reference.type.hostName != nil { return }
    let line = reference.declared.map { source.line(at: $0.start) }
    report(
      "TypeError", "'\(reference.name)' is a constant and can't be \(what)", span,
      fix: line.map { "declare it with var in line \($0)" } ?? "declare it with var")
  }
}

extension CapturedVariable {
  func change(_ body: (inout Value) throws -> Value) rethrows -> Value {
    var taken = Value.void
    swap(&taken, &value)
    defer { value = taken }
    return try body(&taken)
  }
}

extension GlobalVariable {
  func change(_ body: (inout Value) throws -> Value) rethrows -> Value {
    var taken = Value.void
    swap(&taken, &value)
    defer { value = taken }
    return try body(&taken)
  }
}

extension Reference {
  func inner(
    _ type: StaticType,
    _ access: @escaping (inout Value, Frame, (inout Value) throws -> Value) throws -> Value
  ) -> Reference {
    let modify = modify
    return Reference(type: type, isConstant: isConstant, name: name, declared: declared) { frame, body in
      try modify(frame) { value in try access(&value, frame, body) }
    }
  }
}
