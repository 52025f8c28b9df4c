import Syntax

/// What a name means at a place.
enum Resolution {
  case slot(Int, LocalVariable)
  case cell(Int, LocalVariable)
  case capture(Int, LocalVariable)
  /// The local function that is being compiled, calling itself.
  case itself
  case global(GlobalInfo)
  case builtin(Builtin)
  case constant(Value)
}

extension Compiler {
  /// Finds what a name means: a local variable, one of an outer function, one of the session, or the library's.
  func resolve(_ name: String, _ span: Span) -> Resolution? {
    var current: FunctionScope? = scope
    while let function = current {
      if let local = function.local(name), local.isReady || function !== scope {
        if function === scope {
          switch local.storage {
          case .slot(let index): return .slot(index, local)
          case .cell(let index): return .cell(index, local)
          }
        }
        if let index = scope.capture(local, of: function) { return .capture(index, local) }
      }
      if function === scope, function.selfName == name { return .itself }
      current = function.parent
    }
    if let info = globals[name] {
      if info.isReady || info.isFunction || info.hasEarlierValue || scope.isFunction { return .global(info) }
      report(
        "NameError", "'\(name)' is used before it is declared", span,
        fix: info.span.map { "move line \(source.line(at: $0.start)) above this one" })
      return nil
    }
    if let variable = globalTable.variables[name], !variable.value.isVoid {
      let info = GlobalInfo(
        variable, isConstant: variable.isConstant,
        type: variable.isConstant ? StaticType.of(variable.value) : .unknown,
        span: nil, isReady: true)
      info.typeCheck = variable.typeCheck
      if variable.isConstant, case .function(let function) = variable.value {
        info.signature = FunctionSignature(function.code)
        earlierFunctions.append((function.code, span))
      }
      globals[name] = info
      return .global(info)
    }
    if let builtin = library.functions[name] { return .builtin(builtin) }
    if let value = library.constants[name] { return .constant(value) }
    return nil
  }

  /// All names that mean something here, for "did you mean".
  private var visibleNames: [String] { variableNames + library.names }

  /// The names of variables and functions that are not the library's.
  private var variableNames: [String] {
    var names: [String] = []
    var current: FunctionScope? = scope
    while let function = current {
      for block in function.blocks { names += block.keys.filter { !$0.hasPrefix("$") } }
      current = function.parent
    }
    names += globals.filter { $0.value.isReady || scope.isFunction || $0.value.hasEarlierValue }.map(\.key)
    names += globalTable.variables.filter { !$0.value.value.isVoid }.map(\.key)
    return names
  }

  func reportUnknown(_ name: String, _ span: Span, isAssigned: Bool = false) {
    if name == "_" {
      return report("NameError", "'_' has no value", span, fix: "it only stands where a value is thrown away")
    }
    if let hint = ForeignNames.hint(for: name) {
      return report("NameError", "unknown name '\(name)'", span, fix: hint)
    }
    // A library's name that is only near can't be assigned to: a new variable is meant.
    let near = Spelling.nearest(to: name, among: isAssigned ? variableNames : visibleNames)
    let declaration = isAssigned ? "declare it: var \(name) = …, or let for what stays" : nil
    report(
      "NameError", "unknown name '\(name)'", span, fix: near.map { "did you mean '\($0)'?" } ?? declaration)
  }

  /// `name`
  func compileName(_ name: String, _ span: Span) -> Operand {
    switch resolve(name, span) {
    case .slot(let index, let local): return Operand({ $0.slots[index] }, local.type)
    case .cell(let index, let local):
      return Operand({ frame in frame.cells[index]?.value ?? .void }, local.type)
    case .capture(let index, let local):
      let place = place(span)
      return Operand(
        { frame in
          let value = frame.captures[index].value
          if value.isVoid { throw Compiler.noValue(name, place) }
          return value
        }, local.type)
    case .itself: return Operand({ frame in frame.function.map { .function($0) } ?? .void }, .function)
    case .global(let info):
      let variable = info.variable
      let place = place(span)
      return Operand(
        { _ in
          let value = variable.value
          if value.isVoid { throw Compiler.noValue(name, place) }
          return value
        }, info.isReady ? info.type : .unknown)
    case .builtin(let builtin): return Operand(constant: .builtin(BuiltinValue(builtin)))
    case .constant(let value): return Operand(constant: value)
    case nil:
      if !diagnostics.contains(where: { $0.span == span }) { reportUnknown(name, span) }
      return .invalid
    }
  }

  static func noValue(_ name: String, _ place: SourcePlace) -> EvaluationError {
    EvaluationError(
      "NameError", "'\(name)' has no value yet", fix: "run its declaration first", place: place)
  }
}
