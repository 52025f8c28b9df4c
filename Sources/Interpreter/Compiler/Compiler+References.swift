import Syntax

/// Something that can be changed in place: a variable, a member or an element of one.
struct Reference {
  let type: StaticType
  /// Whether the variable it begins with was declared with `let`.
  let isConstant: Bool
  /// What the variable it begins with is called.
  let name: String
  /// What is written of its type, or follows from what is written of the variable's.
  let check: TypeCheck?
  /// How that variable could be changed, where it is a constant.
  let advice: String
  /// Whether nothing on the way from the variable is a reference, which constants may hold and programs change.
  let isSurelyValue: Bool
  /// Takes the value out, lets the body change it, and puts it back. The body is told whether it may: not where
  /// all on the way is part of a constant.
  let modify: (Frame, (inout Value, _ isOpen: Bool) throws -> Value) throws -> Value

  /// A value as what is written of this place's type wants it; `target` is how the program writes the place.
  func fitted(_ value: Value, for target: SourcePlace, at place: SourcePlace) throws -> Value {
    guard let check else { return value }
    return try EvaluationError.placing(place) { try check.fitted(value, for: "'\(target.text)'") }
  }

  /// Changes the value at a statement's place, unless it belongs to a constant.
  func change(_ frame: Frame, at place: SourcePlace, _ body: (inout Value) throws -> Value) throws {
    _ = try modify(frame) { value, isOpen in
      guard isOpen else {
        throw EvaluationError(
          "TypeError", "'\(name)' is a constant and can't be changed", fix: advice, place: place)
      }
      return try body(&value)
    }
  }
}

extension TypeCheck {
  /// What an element must be that an index of a type names.
  fileprivate func element(at index: StaticType) -> TypeCheck? {
    switch (self, index) {
    case (.array(let element), .int): element
    case (.array, .range): self
    // Assigning nil removes an entry.
    case (.dictionary(_, let value), _): .optional(value)
    default: nil
    }
  }

  /// What a tuple's element must be.
  fileprivate func element(named name: String) -> TypeCheck? {
    guard case .tuple(let elements) = self else { return nil }
    let position = elements.firstIndex { $0.label == name } ?? Int(name)
    return position.flatMap { elements.indices.contains($0) ? elements[$0].check : nil }
  }

  /// A value made to fit. Throws where it is of another type; `what` says what it is put into.
  func fitted(_ value: Value, for what: String) throws -> Value {
    let fitting = converted(value)
    guard try accepts(fitting) else {
      throw EvaluationError("TypeError", "\(what) is \(article), got \(value.article)")
    }
    return fitting
  }
}

extension StaticType {
  /// Whether it is a value with parts, which are its own.
  fileprivate var isValueWithParts: Bool {
    switch self {
    case .array, .dictionary, .tuple, .tensor, .string, .range, .int, .double, .number, .bool: true
    default: false
    }
  }
}

extension Compiler {
  /// The place that an expression denotes; `nil` where it is no place (reported unless `quietly`).
  func compileReference(_ expression: Expression, quietly isQuiet: Bool = false) -> Reference? {
    switch expression.kind {
    case .name(let name): return compileNameReference(name, expression.span, isQuiet)
    case .member(let base, let name, let nameSpan, _):
      guard let reference = compileReference(base, quietly: isQuiet) else { return nil }
      let place = place(nameSpan)
      return reference.inner(.unknown, reference.check?.element(named: name)) { value, isOpen, frame, body in
        do {
          return try Members.modify(name, of: &value, frame.context) { try body(&$0, isOpen) }
        } catch {
          throw EvaluationError.located(error, place)
        }
      }
    case .index(let base, let indices, _):
      guard let reference = compileReference(base, quietly: isQuiet) else { return nil }
      let operands = indices.map { compile($0.value) }
      let codes = operands.map(\.code)
      let place = place(expression.span)
      if indices.count == 2, indices[1].label != nil {
        return entry(of: reference, codes[0], codes[1], place)
      }
      var elementType = StaticType.unknown
      if case .array(let element) = reference.type { elementType = element }
      let modify = reference.modify
      let check = indices.count == 1 ? reference.check?.element(at: operands[0].type) : nil
      return reference.inside(elementType, check) { frame, body in
        let positions = try codes.map { try $0(frame) }
        return try modify(frame) { value, isOpen in
          let isOpen = isOpen || value.isReference
          do {
            return try Elements.modify(positions, of: &value, frame.context) { try body(&$0, isOpen) }
          } catch {
            throw EvaluationError.located(error, place, written: place.text, operands: nil)
          }
        }
      }
    case .forceUnwrap(let inner), .optionalChain(let inner): return compileReference(inner, quietly: isQuiet)
    default:
      if !isQuiet {
        report(
          "TypeError", "can't assign to a part of a value that has no name", expression.span,
          fix: "keep it first: var x = \(source.text(expression.span).prefix { $0 != "\n" })")
      }
      return nil
    }
  }

  /// The entry of a dictionary that begins with a default: `counts[key, default: 0] += 1`.
  private func entry(
    of reference: Reference, _ key: @escaping Code, _ fallback: @escaping Code, _ place: SourcePlace
  ) -> Reference {
    reference.inner(.unknown, reference.check?.element(at: .unknown)) { value, isOpen, frame, body in
      guard case .dictionary = value else { throw Compiler.noDictionary(value, place) }
      let key = try key(frame)
      return try EvaluationError.placing(place) {
        try Elements.modify([key], of: &value, frame.context) { element in
          if element.isNothing { element = try fallback(frame) }
          return try body(&element, isOpen)
        }
      }
    }
  }

  private func compileNameReference(_ name: String, _ span: Span, _ isQuiet: Bool) -> Reference? {
    let resolution = isQuiet ? quietly { resolve(name, span) } : resolve(name, span)
    let place = place(span)
    switch resolution {
    case .slot(let index, let local):
      return reference(to: local) { frame, body in try Compiler.change(&frame.slots[index], body) }
    case .cell(let index, let local):
      return reference(to: local) { frame, body in
        guard let cell = frame.cells[index] else { throw Compiler.noValue(name, place) }
        return try cell.change(body)
      }
    case .capture(let index, let local):
      return reference(to: local) { frame, body in try frame.captures[index].change(body) }
    case .global(let info):
      let variable = info.variable
      let isOpen = !info.isConstant
      return Reference(
        type: info.isReady ? info.type : .unknown, isConstant: info.isConstant, name: name,
        check: info.typeCheck,
        advice: info.span.map { "declare it with var in line \(source.line(at: $0.start))" }
          ?? "declare it with var, or say let again",
        isSurelyValue: true
      ) { _, body in
        if variable.value.isVoid { throw Compiler.noValue(name, place) }
        return try variable.change { try body(&$0, isOpen) }
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

  private func reference(
    to local: LocalVariable, _ modify: @escaping (Frame, (inout Value) throws -> Value) throws -> Value
  ) -> Reference {
    let isOpen = !local.isConstant
    return Reference(
      type: local.type, isConstant: local.isConstant, name: local.name, check: local.typeCheck,
      advice: local.isGiven
        ? "make a variable of it: var \(local.name) = \(local.name)"
        : "declare it with var in line \(source.line(at: local.span.start))",
      isSurelyValue: true
    ) { frame, body in
      try modify(frame) { try body(&$0, isOpen) }
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
    guard reference.isConstant, reference.isSurelyValue else { return }
    if reference.type.hostName != nil { return }
    report(
      "TypeError", "'\(reference.name)' is a constant and can't be \(what)", span, fix: reference.advice)
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
  /// A part of it: `access` takes the part out of a value and puts it back.
  func inner(
    _ type: StaticType, _ check: TypeCheck?,
    _ access:
      @escaping (
        inout Value, _ isOpen: Bool, Frame, (inout Value, Bool) throws -> Value
      ) throws -> Value
  ) -> Reference {
    let modify = modify
    return inside(type, check) { frame, body in
      try modify(frame) { value, isOpen in try access(&value, isOpen || value.isReference, frame, body) }
    }
  }

  /// A part of it that is changed so.
  func inside(
    _ type: StaticType, _ check: TypeCheck?,
    _ modify: @escaping (Frame, (inout Value, Bool) throws -> Value) throws -> Value
  ) -> Reference {
    Reference(
      type: type, isConstant: isConstant, name: name, check: check, advice: advice,
      isSurelyValue: isSurelyValue && self.type.isValueWithParts, modify: modify)
  }
}
