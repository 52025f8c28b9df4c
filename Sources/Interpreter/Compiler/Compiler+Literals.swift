import Syntax

extension Compiler {
  func compileString(_ segments: [StringSegment], _ span: Span) -> Operand {
    var parts: [Code] = []
    for segment in segments {
      switch segment {
      case .text(let text):
        if segments.count == 1 { return Operand(constant: .string(text)) }
        parts.append { _ in .string(text) }
      case .value(let arguments, let place): parts.append(compileInterpolation(arguments, place))
      }
    }
    if parts.isEmpty { return Operand(constant: .string("")) }
    let place = place(span)
    return Operand(
      { frame in
        var text = ""
        for part in parts {
          let value = try part(frame)
          if case .string(let piece) = value {
            text += piece
          } else {
            do { text += try frame.context.text(of: value) } catch {
              throw EvaluationError.located(error, place)
            }
          }
          if text.utf8.count > Limits.stringBytes { throw Limits.stringError.at(place) }
        }
        return .string(text)
      }, .string)
  }

  /// `\(value)`, or `\(value, places: 2, width: 8)` as `format` understands it.
  func compileInterpolation(_ arguments: [Argument], _ span: Span) -> Code {
    guard arguments.count > 1, let format = library.functions["format"] else {
      let argument = arguments.first?.value
      let operand = argument.map { compile($0) } ?? .invalid
      if case .void = operand.type, let argument {
        report("TypeError", "this has no value to put into the string", argument.span)
      }
      return operand.code
    }
    return compileBuiltinCall(format, receiver: nil, arguments, span).code
  }

  func compileArray(_ elements: [Expression], _ expected: Expected?) -> Operand {
    var elementExpected = expected
    if let type = expected?.type.element { elementExpected?.type = type }
    let operands = elements.map { compile($0, expected: elementExpected) }
    let codes = operands.map(\.code)
    for (operand, element) in zip(operands, elements) { checkHasValue(operand, element.span) }
    let types = operands.map(\.type)
    let type = types.dropFirst().reduce(types.first ?? .unknown) { StaticType.joined($0, $1) }
    var result = Operand(
      { frame in
        var values: [Value] = []
        values.reserveCapacity(codes.count)
        for code in codes { values.append(try code(frame)) }
        return .array(of: values)
      }, .array(type))
    let constants = operands.compactMap(\.constant)
    if constants.count == operands.count, constants.count <= 64 { result.constant = .array(of: constants) }
    return result
  }

  func compileDictionary(
    _ pairs: [(key: Expression, value: Expression)], _ expected: Expected?, _ span: Span
  ) -> Operand {
    let codes = pairs.map {
      (compile($0.key).code, compile($0.value, expected: expected).code, place($0.key.span))
    }
    return Operand(
      { frame in
        let dictionary = DictionaryValue()
        for (key, value, place) in codes {
          let key = try key(frame)
          guard key.isHashable else { throw Elements.badKey(key).at(place) }
          if dictionary.entries[key] != nil {
            throw EvaluationError(
              "ValueError", "the key \(key.debugText) stands twice in the dictionary", place: place)
          }
          dictionary.entries[key] = try value(frame)
        }
        return .dictionary(dictionary)
      }, .dictionary(.unknown))
  }

  func compileTuple(_ elements: [TupleElement], _ expected: Expected?) -> Operand {
    let operands = elements.map { compile($0.value, expected: expected) }
    for (operand, element) in zip(operands, elements) { checkHasValue(operand, element.value.span) }
    let codes = operands.map(\.code)
    let labels = elements.map(\.label)
    if codes.isEmpty { return Operand(constant: .void) }
    return Operand(
      { frame in .tuple(TupleValue(labels: labels, elements: try codes.map { try $0(frame) })) },
      .tuple(zip(labels, operands).map { (label: $0, type: $1.type) }))
  }
}
