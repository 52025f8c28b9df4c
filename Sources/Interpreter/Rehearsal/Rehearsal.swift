import Syntax
import TensorRuntime

/// Thrown where something can't be known before the cell runs. It is never an error of the cell.
struct Unknowable: Error {}

/// Plays a cell's models through before anything runs: layers meet shapes, and what doesn't fit is reported together
/// with the cell's other errors.
///
/// It walks the tree itself, with values of its own: literals, the constants of the session, layers without weights,
/// tensors without numbers. It calls only what the library declares and has no effect, and follows functions, ifs and
/// loops as far as what they depend on is known. Everything else is unknown, and what is unknown is never an error.
final class Rehearsal {
  /// The cell's text.
  private let cell: SourceFile
  /// The text that is being walked: the cell's, or that of an earlier one whose function is called.
  var source: SourceFile
  let library: Library
  let context: EvaluationContext
  /// The variables of earlier cells.
  let session: GlobalTable
  /// The functions that the cell declares.
  var functions: [String: FunctionDeclaration] = [:]
  /// Everything the cell's own statements declare; its values are known once the walk passed them.
  private var declared: Set<String> = []
  /// The names that the cell's functions and closures use, and may change whenever one is called.
  private var shared: Set<String> = []
  private var findings: [Diagnostic] = []
  /// What the cell's own statements declared so far.
  private let top = RehearsalScope(parent: nil)
  /// What is left of the work that a check may cost.
  private var budget = 20_000
  /// How deep functions are nested.
  var depth = 0
  /// What is looked for: other errors come when the program runs, and a program may well catch them.
  private static let kinds: Set<String> = [
    "ShapeError", "TensorError", "LayerError", "ModelError", "NameError",
  ]

  init(source: SourceFile, library: Library, session: GlobalTable, interruption: CancellationToken) {
    self.source = source
    cell = source
    self.library = library
    self.session = session
    context = EvaluationContext(
      sink: SilentSink(), interruption: interruption, library: library, globals: session,
      random: RandomSource(isForShapesOnly: true), iterationLimit: 10_000,
      makeRuntime: { throw Unknowable() })
    context.stackFloor = SessionThread.stackFloor()
  }

  /// What surely goes wrong with shapes when the program runs. `known` errors are not found again.
  ///
  /// `names` are those that the cell declares or brings in with a file.
  func check(
    _ program: Syntax.Program, besides known: [Diagnostic], declared names: Set<String>
  ) -> [Diagnostic] {
    defer { top.emptyAll() }
    declared = names
    shared = NameScan.namesUsedInFunctions(program.statements.map { .statement($0) })
    for case .function(let function) in program.statements.map(\.kind) { functions[function.name] = function }
    for statement in program.statements { pass(statement, top) }
    return findings.filter { finding in
      !known.contains { error in
        program.statements.contains {
          $0.span.touches(error.span.start) && $0.span.touches(finding.span.start)
        }
      }
    }
  }

  /// One of the cell's own statements.
  private func pass(_ statement: Statement, _ scope: RehearsalScope) {
    do {
      switch statement.kind {
      case .function: return
      case .binding, .expression, .assignment, .ifElse:
        guard case .normal = try run(statement, scope, collector: nil) else { return }
      case .forIn(let loop):
        // What goes wrong does so the first time round, and what loops change isn't followed.
        try runOnce(loop, scope)
        throw Unknowable()
      default: throw Unknowable()
      }
    } catch {
      source = cell
      if let error = error as? EvaluationError, Self.kinds.contains(error.kind),
        let finding = error.diagnostic(in: cell)
      {
        findings.append(finding)
      }
      // What the statement would have declared or changed isn't known from here on.
      for name in NameScan.names(in: statement).union(shared) { scope.forget(name, isKept: \.isSettled) }
      if case .binding(let bindings) = statement.kind {
        for name in bindings.flatMap(\.pattern.names) { scope.declare(name.name, nil) }
      }
    }
  }

  /// Counts a step of work; beyond the budget everything is unknown.
  func step() throws {
    budget -= 1
    if budget < 0 { throw Unknowable() }
  }

  func place(_ span: Span) -> SourcePlace { SourcePlace(source: source, span: span) }

  /// The value of a name, where it is known.
  func value(of name: String, _ scope: RehearsalScope) throws -> Value {
    if let entry = scope.find(name) {
      guard let value = entry.value else { throw Unknowable() }
      return value
    }
    if let function = functions[name] { return callable(function, top, in: cell) }
    guard !declared.contains(name) else { throw Unknowable() }
    if let variable = session.variables[name] {
      if variable.isConstant, case .function(let function) = variable.value,
        let declaration = function.code.declaration
      {
        return callable(declaration, top, in: function.code.place.source)
      }
      guard variable.isConstant, let value = variable.value.forRehearsal else { throw Unknowable() }
      return value
    }
    if let builtin = library.functions[name] {
      if let rehearsal = builtin.rehearsal {
        let known = Builtin(name, "", builtin.parameters) { call in try rehearsal(call, []) }
        return .builtin(BuiltinValue(known))
      }
      guard library.pureFunctions.contains(name) else { throw Unknowable() }
      return .builtin(BuiltinValue(builtin))
    }
    guard let constant = library.constants[name] else { throw Unknowable() }
    return constant
  }
}

/// The names of one block with what is known of them.
final class RehearsalScope {
  private struct Entry {
    var value: Value?
    var isConstant = true
  }
  /// The scopes of one rehearsal.
  private final class Family {
    var scopes: [RehearsalScope] = []
  }
  private var entries: [String: Entry] = [:]
  private let parent: RehearsalScope?
  private let family: Family

  init(parent: RehearsalScope?) {
    self.parent = parent
    family = parent?.family ?? Family()
    family.scopes.append(self)
  }

  /// Empties all scopes of a rehearsal: functions hold the scopes they are declared in, which hold the functions.
  func emptyAll() {
    for scope in family.scopes { scope.entries = [:] }
    family.scopes = []
  }

  func declare(_ name: String, _ value: Value?, isConstant: Bool = true) {
    entries[name] = Entry(value: value, isConstant: isConstant)
  }

  /// The name's entry; its value is `nil` where it isn't known.
  func find(_ name: String) -> (value: Value?, Void)? {
    entries[name].map { ($0.value, ()) } ?? parent?.find(name)
  }

  /// Gives a declared name another value. Returns whether there is such a name.
  func assign(_ name: String, _ value: Value?) -> Bool {
    guard entries[name] == nil else {
      entries[name]?.value = value
      return true
    }
    return parent?.assign(name, value) ?? false
  }

  /// Makes a name unknown unless its value can't have changed.
  func forget(_ name: String, isKept: (Value) -> Bool) {
    guard let entry = entries[name], let value = entry.value else { return }
    if entry.isConstant, isKept(value) { return }
    entries[name]?.value = nil
  }
}
