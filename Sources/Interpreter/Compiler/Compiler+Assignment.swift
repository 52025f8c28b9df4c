import Syntax

extension Compiler {
  /// `target = value`, `target += value`
  func compileAssignment(
    _ target: Expression, _ operatorName: String?, _ operatorSpan: Span, _ value: Expression, _ span: Span
  ) -> Action {
    if case .name("_") = target.kind, operatorName == nil {
      let code = compile(value).code
      return { frame in
        _ = try code(frame)
        return .normal
      }
    }
    let operand = compile(value)
    checkHasValue(operand, value.span)
    if case .tuple(let elements) = target.kind, operatorName == nil {
      return compileTupleAssignment(elements, operand, span)
    }
    if case .name(let name) = target.kind,
      let fast = compileNameAssignment(name, target.span, operatorName, operand, value.span, span)
    {
      return fast
    }
    guard let reference = compileReference(target) else { return { _ in .normal } }
    checkAssignable(reference, target)
    let code = operand.code
    let place = place(span)
    let places = (self.place(target.span), self.place(value.span))
    guard let operatorName, let operation = BinaryOperator(rawValue: operatorName) else {
      return { frame in
        let value = try code(frame)
        try Compiler.requireValue(value, place)
        try reference.change(frame, at: place) { slot in
          slot = try reference.fitted(value, for: places.0, at: place)
          return .void
        }
        return .normal
      }
    }
    checkOperator(operation, reference.type, operand.type, span)
    return { frame in
      let value = try code(frame)
      try reference.change(frame, at: place) { slot in
        do { try Compiler.combine(&slot, operation, value, frame.context) } catch {
          throw Compiler.located(error, place, operation, (slot, value), places, frame)
        }
        slot = try reference.fitted(slot, for: places.0, at: place)
        return .void
      }
      return .normal
    }
  }

  /// An error of `a += b` with its place, and with what stood on both sides.
  private static func located(
    _ error: any Error, _ place: SourcePlace, _ operation: BinaryOperator, _ values: (Value, Value),
    _ places: (SourcePlace, SourcePlace), _ frame: Frame
  ) -> any Error {
    EvaluationError.located(
      error, place, written: "'\(operation.rawValue)='",
      operands: OperandShapes([(values.0, places.0), (values.1, places.1)], frame.context.globals))
  }

  static func requireValue(_ value: Value, _ place: SourcePlace) throws {
    if value.isVoid { throw EvaluationError("TypeError", "this gives no value to keep", place: place) }
  }

  /// `a += b` in place: arrays and strings grow without being copied.
  static func combine(
    _ slot: inout Value, _ operation: BinaryOperator, _ value: Value, _ context: EvaluationContext
  ) throws {
    if operation == .add {
      if case .array(let more) = value, case .array = slot {
        _ = try slot.withArray { elements in
          try Limits.checkCount(elements.count + more.elements.count)
          elements.append(contentsOf: more.elements)
        }
        return
      }
      if case .string(let more) = value, case .string(var text) = slot {
        if text.utf8.count + more.utf8.count > Limits.stringBytes { throw Limits.stringError }
        slot = .void
        text += more
        slot = .string(text)
        return
      }
    }
    slot = try Operators.apply(operation, slot, value, context)
  }

  private func checkOperator(
    _ operation: BinaryOperator, _ left: StaticType, _ right: StaticType, _ span: Span
  ) {
    if operation.resultType(left, right) == nil {
      report(
        "TypeError",
        "'\(operation.rawValue)=' can't be applied to \(withArticle(left.name)) and \(withArticle(right.name))",
        span, fix: operation.hint(left, right))
    }
  }

  private func checkAssignable(_ reference: Reference, _ target: Expression) {
    if case .name = target.kind {
      guard reference.isConstant else { return }
      report(
        "TypeError", "'\(reference.name)' is a constant and can't be assigned again", target.span,
        fix: reference.advice)
      return
    }
    checkMutable(reference, target.span, "changed")
  }

  /// The short way for a variable itself; `nil` where the name is no variable.
  private func compileNameAssignment(
    _ name: String, _ nameSpan: Span, _ operatorName: String?, _ operand: Operand, _ valueSpan: Span,
    _ span: Span
  ) -> Action? {
    guard let resolution = quietly({ resolve(name, nameSpan) }) else { return nil }
    let code = operand.code
    let place = place(span)
    let places = (self.place(nameSpan), self.place(valueSpan))
    let check: TypeCheck?
    var isConstant = false
    switch resolution {
    case .slot(_, let local), .cell(_, let local), .capture(_, let local):
      check = local.typeCheck
      isConstant = local.isConstant
    case .global(let info):
      check = info.typeCheck
      isConstant = info.isConstant
    default: return nil
    }
    guard !isConstant else { return nil }
    if let check, operatorName == nil, !check.mayAccept(operand.type) {
      report("TypeError", "'\(name)' is \(check.article), got \(withArticle(operand.type.name))", span)
    }
    if case .slot(let index, let local) = resolution, check == nil {
      guard let operatorName, let operation = BinaryOperator(rawValue: operatorName) else {
        return { frame in
          let value = try code(frame)
          try Compiler.requireValue(value, place)
          frame.slots[index] = value
          return .normal
        }
      }
      checkOperator(operation, local.type, operand.type, span)
      return { frame in
        let value = try code(frame)
        if operation == .add, case .int(let x) = frame.slots[index], case .int(let y) = value {
          let (sum, overflow) = x.addingReportingOverflow(y)
          if !overflow {
            frame.slots[index] = .int(sum)
            return .normal
          }
        }
        do { try Compiler.combine(&frame.slots[index], operation, value, frame.context) } catch {
          throw Compiler.located(error, place, operation, (frame.slots[index], value), places, frame)
        }
        return .normal
      }
    }
    if case .global(let info) = resolution, check == nil {
      let variable = info.variable
      guard let operatorName, let operation = BinaryOperator(rawValue: operatorName) else {
        return { frame in
          let value = try code(frame)
          try Compiler.requireValue(value, place)
          variable.value = value
          return .normal
        }
      }
      return { frame in
        let value = try code(frame)
        if operation == .add, case .int(let x) = variable.value, case .int(let y) = value {
          let (sum, overflow) = x.addingReportingOverflow(y)
          if !overflow {
            variable.value = .int(sum)
            return .normal
          }
        }
        if variable.value.isVoid { throw Compiler.noValue(name, place) }
        do {
          _ = try variable.change { slot in
            try Compiler.combine(&slot, operation, value, frame.context)
            return .void
          }
        } catch {
          throw Compiler.located(error, place, operation, (variable.value, value), places, frame)
        }
        return .normal
      }
    }
    guard let check, let reference = compileReference(Expression(name: name, nameSpan)) else { return nil }
    let operation = operatorName.flatMap { BinaryOperator(rawValue: $0) }
    if operation == nil, case .global(let info) = resolution {
      let variable = info.variable
      return { frame in
        let value = try code(frame)
        variable.value = try EvaluationError.placing(place) { try check.fitted(value, for: "'\(name)'") }
        return .normal
      }
    }
    return { frame in
      let value = try code(frame)
      try reference.change(frame, at: place) { slot in
        do {
          var new = value
          if let operation { new = try Operators.apply(operation, slot, value, frame.context) }
          slot = try check.fitted(new, for: "'\(name)'")
        } catch {
          guard let operation else { throw EvaluationError.located(error, place) }
          throw Compiler.located(error, place, operation, (slot, value), places, frame)
        }
        return .void
      }
      return .normal
    }
  }

  /// `(a, b) = (b, a)`
  private func compileTupleAssignment(_ elements: [TupleElement], _ operand: Operand, _ span: Span) -> Action
  {
    let references = elements.map { element -> Reference? in
      if case .name("_") = element.value.kind { return nil }
      let reference = compileReference(element.value)
      if let reference { checkAssignable(reference, element.value) }
      return reference
    }
    let code = operand.code
    let place = place(span)
    return { frame in
      guard case .tuple(let tuple) = try code(frame), tuple.elements.count == references.count else {
        throw EvaluationError(
          "TypeError", "a tuple of \(references.count) values is wanted here", place: place)
      }
      for (reference, value) in zip(references, tuple.elements) {
        try reference?.change(frame, at: place) { slot in
          slot = try reference?.fitted(value, for: place, at: place) ?? value
          return .void
        }
      }
      return .normal
    }
  }
}
