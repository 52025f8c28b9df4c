import Syntax

/// An expression made ready to run, with what is known of its value.
struct Operand {
  let code: Code
  var type: StaticType = .unknown
  /// Its value, where it is a literal.
  var constant: Value?
  /// How it may be called, where it is a closure written here.
  var signature: FunctionSignature?
  /// What is known of what it gives, where it is a closure written here.
  var result: StaticType?

  init(_ code: @escaping Code, _ type: StaticType = .unknown) {
    self.code = code
    self.type = type
  }

  init(constant value: Value) {
    code = { _ in value }
    type = StaticType.of(value)
    constant = value
  }

  /// What stands for an expression that was reported.
  static var invalid: Operand {
    Operand({ _ in throw EvaluationError("InternalError", "invalid code was run") })
  }
}

/// A cell that passed all checks and is ready to run.
struct CompiledCell {
  /// The statements in order; the value of an expression statement, `.void` for others.
  let statements: [(action: Action, place: SourcePlace)]
  /// The last expression, when its value is the cell's result.
  let result: (code: Code, place: SourcePlace)?
  let slotCount: Int
  let cellCount: Int
  /// The variables it declares.
  let globals: [GlobalInfo]
}

/// Checks a whole source and makes it ready to run: resolves names to places, matches calls to declarations, and
/// collects everything that is wrong. Nothing of the user's runs meanwhile.
///
/// What can't be known before running is never an error here.
final class Compiler {
  let source: SourceFile
  let library: Library
  let globalTable: GlobalTable
  var globals: [String: GlobalInfo] = [:]
  var diagnostics: [Diagnostic] = []
  var scope: FunctionScope
  /// The names that a case's further patterns may bind again.
  var rebound: Set<String> = []
  /// Gives the names that a file declares, which is read but not run; throws an error where it can't be read.
  let declarations: (String) throws -> [ImportedName]
  /// The functions of earlier cells that were met, with the place that first names each.
  var earlierFunctions: [(code: FunctionCode, span: Span)] = []

  init(
    source: SourceFile, library: Library, globals: GlobalTable,
    declarations: @escaping (String) throws -> [ImportedName] = { _ in [] }
  ) {
    self.source = source
    self.declarations = declarations
    self.library = library
    globalTable = globals
    scope = FunctionScope(parent: nil, capturedNames: [], isFunction: false, isClosure: false)
  }

  /// Compiles a program; throws nothing, but fills ``diagnostics``.
  func compile(_ program: Program, wantsResult: Bool) -> CompiledCell {
    let captured = NameScan.namesUsedInFunctions(program.statements.map { .statement($0) })
    scope = FunctionScope(parent: nil, capturedNames: captured, isFunction: false, isClosure: false)
    declareGlobals(program.statements)
    var hoisted: [(action: Action, place: SourcePlace)] = []
    var statements: [(action: Action, place: SourcePlace)] = []
    var result: (code: Code, place: SourcePlace)?
    for (index, statement) in program.statements.enumerated() {
      if case .function = statement.kind {
        hoisted.append((compile(statement), place(statement.span)))
        continue
      }
      let isLast = index == program.statements.count - 1
      if isLast, wantsResult, !statement.endsWithSemicolon, let value = compileResult(statement) {
        result = (value, place(statement.span))
      } else {
        statements.append((compile(statement), place(statement.span)))
      }
    }
    checkEarlierFunctions()
    return CompiledCell(
      statements: hoisted + statements, result: result, slotCount: scope.slotCount,
      cellCount: scope.cellCount,
      globals: globals.values.filter { $0.span != nil })
  }

  /// The value of a cell's last statement, where it has one.
  private func compileResult(_ statement: Statement) -> Code? {
    switch statement.kind {
    case .expression(let expression): compile(expression).code
    case .ifElse(let statement) where statement.isExpression: compileIfValue(statement, nil).code
    case .switchCase(let statement) where statement.isExpression: compileSwitchValue(statement, nil).code
    default: nil
    }
  }

  // MARK: Places and errors

  func place(_ span: Span) -> SourcePlace { SourcePlace(source: source, span: span) }

  func report(_ kind: String, _ message: String, _ span: Span, fix: String? = nil, notes: [String] = []) {
    guard diagnostics.count < 20 else { return }
    guard !diagnostics.contains(where: { $0.span == span }) else { return }
    diagnostics.append(Diagnostic(kind, message, at: span, fix: fix, notes: notes))
  }

  // MARK: Declarations

  /// Makes the names that a cell's own statements declare known to its functions.
  private func declareGlobals(_ statements: [Statement]) {
    for statement in statements {
      switch statement.kind {
      case .binding(let bindings):
        for binding in bindings {
          for name in binding.pattern.names {
            declareGlobal(name.name, isConstant: binding.isConstant, name.span)
          }
        }
      case .function(let function):
        declareGlobal(function.name, isConstant: true, function.nameSpan)
        globals[function.name]?.isFunction = true
        globals[function.name]?.signature = signature(of: function)
      default: break
      }
    }
    // What the cell declares itself wins over what a file brings.
    for case .importFile(let path, let span) in statements.map(\.kind) {
      for name in imported(path, span) where globals[name.name] == nil {
        declareGlobal(name.name, isConstant: name.isConstant, span)
      }
    }
  }

  /// The names that a file declares; reports one that can't be read.
  func imported(_ path: String, _ span: Span) -> [ImportedName] {
    do { return try declarations(path) } catch {
      let explained = error as? EvaluationError
      report(
        explained?.kind ?? "FileError", explained?.message ?? "can't read \(path)", span, fix: explained?.fix)
      return []
    }
  }

  private func declareGlobal(_ name: String, isConstant: Bool, _ span: Span) {
    if let known = globals[name], let first = known.span {
      report(
        "NameError", "'\(name)' is declared twice in one cell", span,
        fix: known.isConstant
          ? "choose another name, or declare the first with var and assign" : "assign: \(name) = …",
        notes: ["the first is in line \(source.line(at: first.start))"])
      return
    }
    let variable = globalTable.variables[name] ?? GlobalVariable(name: name)
    globals[name] = GlobalInfo(
      variable: variable, isConstant: isConstant, span: span, hasEarlierValue: !variable.value.isVoid)
  }

  /// Declares a name in the innermost block and gives the code that stores its first value.
  func declare(
    _ name: String, isConstant: Bool, type: StaticType, check: TypeCheck? = nil, _ span: Span
  ) -> (Frame, Value) throws -> Void {
    if name == "_" { return { _, _ in } }
    if isTopLevel, let info = globals[name] {
      info.isReady = true
      info.isConstant = isConstant
      info.type = isConstant || check != nil ? type : .unknown
      info.typeCheck = check
      let variable = info.variable
      return { _, value in variable.value = value }
    }
    if let earlier = scope.blocks[scope.blocks.count - 1][name], earlier.isReady {
      if rebound.contains(name) {
        earlier.type = StaticType.joined(earlier.type, type)
        return store(into: earlier)
      }
      report(
        "NameError", "'\(name)' is declared twice in one block", span, fix: "choose another name",
        notes: ["the first is in line \(source.line(at: earlier.span.start))"])
    }
    let variable = LocalVariable(
      name: name, isConstant: isConstant, storage: scope.newStorage(for: name), span: span,
      type: isConstant || check != nil ? type : .unknown, isReady: true)
    variable.typeCheck = check
    scope.blocks[scope.blocks.count - 1][name] = variable
    return store(into: variable)
  }

  private func store(into variable: LocalVariable) -> (Frame, Value) throws -> Void {
    switch variable.storage {
    case .slot(let index): return { frame, value in frame.slots[index] = value }
    case .cell(let index):
      return { frame, value in frame.cells[index] = frame.context.capturedVariables.make(value) }
    }
  }

  /// Whether statements here declare variables of the session.
  var isTopLevel: Bool { !scope.isFunction && scope.blocks.count == 1 }

  /// Runs a part of the compilation in a block of its own.
  func inBlock<Result>(_ body: () -> Result) -> Result {
    scope.blocks.append([:])
    defer { scope.blocks.removeLast() }
    return body()
  }
}

extension GlobalInfo {
  convenience init(variable: GlobalVariable, isConstant: Bool, span: Span, hasEarlierValue: Bool) {
    self.init(variable, isConstant: isConstant, type: .unknown, span: span, isReady: false)
    self.hasEarlierValue = hasEarlierValue
  }
}
