import Syntax
import TensorRuntime

extension Compiler {
  /// Compiles a loop's body, in which `break` and `continue` belong to it.
  private func loopBody<Result>(_ label: String?, _ body: () -> Result) -> (result: Result, number: Int) {
    let number = scope.nextLoop
    scope.nextLoop += 1
    scope.loops.append(FunctionScope.Loop(label: label, number: number))
    defer { scope.loops.removeLast() }
    return (body(), number)
  }

  func compileJump(_ flow: Flow, _ label: String?, _ span: Span) -> Action {
    let word = flow == .breakLoop ? "break" : "continue"
    guard let label else {
      if scope.loops.isEmpty, flow == .continueLoop || scope.switchDepth == 0 {
        report("SyntaxError", "'\(word)' stands outside of a loop", span)
      }
      return { frame in
        frame.label = 0
        return flow
      }
    }
    guard let loop = scope.loops.last(where: { $0.label == label }) else {
      report(
        "NameError", "there is no loop called '\(label)' around this", span,
        fix: "name it: \(label): for … { }")
      return { _ in flow }
    }
    let number = loop.number
    return { frame in
      frame.label = number
      return flow
    }
  }

  /// What a loop does after its body ended in some way: go on, or stop with a flow.
  @inline(__always)
  static func afterBody(_ flow: Flow, _ frame: Frame, _ number: Int) -> Flow? {
    switch flow {
    case .normal, .fallThrough: return nil
    case .breakLoop:
      if frame.label == 0 || frame.label == number {
        frame.label = 0
        return .normal
      }
      return .breakLoop
    case .continueLoop:
      if frame.label == 0 || frame.label == number {
        frame.label = 0
        return nil
      }
      return .continueLoop
    case .returning: return .returning
    }
  }

  func compileWhile(_ conditions: [Condition], _ block: Block, _ label: String?) -> Action {
    inBlock {
      let test = compileConditions(conditions)
      let (body, number) = loopBody(label) { compileBlock(block) }
      return { frame in
        let token = frame.context.interruption
        while try test(frame) {
          if token.isCancelled { throw Interrupted() }
          if let end = Compiler.afterBody(try body(frame), frame, number) { return end }
        }
        return .normal
      }
    }
  }

  func compileRepeat(_ block: Block, _ condition: Expression, _ label: String?) -> Action {
    let (body, number) = loopBody(label) { compileBlock(block) }
    let test = compileCondition(condition)
    return { frame in
      let token = frame.context.interruption
      repeat {
        if token.isCancelled { throw Interrupted() }
        if let end = Compiler.afterBody(try body(frame), frame, number) { return end }
      } while try test(frame)
      return .normal
    }
  }

  func compileFor(_ loop: ForStatement) -> Action {
    if !loop.isCase, case .range(let lower?, let upper?, let isClosed) = loop.sequence.kind {
      return compileCountingLoop(loop, lower, upper, isClosed)
    }
    let sequence = compile(loop.sequence)
    checkHasValue(sequence, loop.sequence.span)
    let elementType = Iteration.elementType(sequence.type, library)
    switch sequence.type {
    case .int, .number:
      report(
        "TypeError", "an Int can't be gone through", loop.sequence.span,
        fix: "write 0..<\(source.text(loop.sequence.span))")
    case .double, .bool, .function, .option:
      report("TypeError", "\(withArticle(sequence.type.name)) can't be gone through", loop.sequence.span)
    default: break
    }
    let code = sequence.code
    let place = place(loop.sequence.span)
    return inBlock {
      let bind = compileElementBinding(loop, elementType)
      markGiven(loop.pattern)
      let condition = loop.condition.map { compileCondition($0) }
      let (body, number) = loopBody(loop.label) { compileBlock(loop.body) }
      return { frame in
        let context = frame.context
        let next: () throws -> Value?
        do { next = try Iteration.iterator(over: try code(frame), context) } catch {
          throw EvaluationError.located(error, place)
        }
        while true {
          let element: Value?
          do { element = try next() } catch { throw EvaluationError.located(error, place) }
          guard let element else { return .normal }
          if context.interruption.isCancelled { throw Interrupted() }
          guard try bind(frame, element) else { continue }
          if let condition, try !condition(frame) { continue }
          if let end = Compiler.afterBody(try body(frame), frame, number) { return end }
        }
      }
    }
  }

  /// Notes that a loop gives its names their values.
  private func markGiven(_ pattern: Pattern) {
    for name in pattern.names { scope.local(name.name)?.isGiven = true }
  }

  /// Binds an element; `for case` patterns skip what doesn't match.
  private func compileElementBinding(_ loop: ForStatement, _ type: StaticType) -> (Frame, Value) throws ->
    Bool
  {
    if loop.isCase { return compileMatch(loop.pattern, type) }
    let store = compileBinding(loop.pattern, type)
    return { frame, value in
      try store(frame, value)
      return true
    }
  }

  /// `for i in a..<b`, without making the range.
  private func compileCountingLoop(
    _ loop: ForStatement, _ lower: Expression, _ upper: Expression, _ isClosed: Bool
  ) -> Action {
    let low = compile(lower)
    let high = compile(upper)
    for (operand, expression) in [(low, lower), (high, upper)] {
      switch operand.type {
      case .int, .unknown, .number, .optional: break
      default:
        report(
          "TypeError", "a loop's range needs Ints, got \(withArticle(operand.type.name))", expression.span,
          fix: operand.type.isNumber ? "write Int(x), or use stride(from: to: by:)" : nil)
      }
    }
    let (lowCode, highCode) = (low.code, high.code)
    let place = place(loop.sequence.span)
    return inBlock {
      let store = compileBinding(loop.pattern, .int)
      markGiven(loop.pattern)
      var slot: Int?
      if case .name(let name, _) = loop.pattern.kind, case .slot(let index)? = scope.local(name)?.storage {
        slot = index
      }
      let condition = loop.condition.map { compileCondition($0) }
      let (body, number) = loopBody(loop.label) { compileBlock(loop.body) }
      return { frame in
        let first = try lowCode(frame)
        let last = try highCode(frame)
        guard case .int(let start) = first, case .int(let end) = last else {
          throw EvaluationError(
            "TypeError", "a loop's range needs Ints, got \(first.article) and \(last.article)", place: place)
        }
        guard start <= end else { throw Elements.backwards(start, end, isClosed).at(place) }
        let (bound, overflow) = end.addingReportingOverflow(isClosed ? 1 : 0)
        if overflow {
          throw EvaluationError("ArithmeticError", "the range ends beyond the largest Int", place: place)
        }
        let token = frame.context.interruption
        var index = start
        while index < bound {
          if token.isCancelled { throw Interrupted() }
          if let slot { frame.slots[slot] = .int(index) } else { try store(frame, .int(index)) }
          index += 1
          if let condition, try !condition(frame) { continue }
          if let end = Compiler.afterBody(try body(frame), frame, number) { return end }
        }
        return .normal
      }
    }
  }
}
