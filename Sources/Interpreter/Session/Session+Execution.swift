import CPUBackend
import Foundation
import ImageCodecs
import Syntax
import TensorRuntime

extension Session {
  /// How sessions compute tensors unless told otherwise.
  package static func standardRuntime() throws -> Runtime {
    Runtime(backend: CPUBackend())
  }

  /// Parses, checks and runs a source on the evaluation thread.
  func run(_ source: SourceFile, sink: any OutputSink, _ options: ExecutionOptions) -> ExecutionOutcome {
    interruption.reset()
    context.sink = sink
    context.depth = 0
    context.place = nil
    context.stackFloor = SessionThread.stackFloor()
    context.importer = { [unowned self] path, place in try self.importFile(path, at: place) }
    defer {
      context.liveDisplays.finish(on: sink)
      context.sink = SilentSink()
    }
    if let subject = Session.subjectOfQuestion(source.text(source.span)) { return answer(subject) }
    let cell: CompiledCell
    switch compile(source, wantsResult: options.showsResult) {
    case .success(let compiled): cell = compiled
    case .failure(let error): return .failed(error)
    }
    do {
      return try interruptibly {
        guard let value = try evaluate(cell), !value.isVoid, options.showsResult else {
          return .finished(result: nil)
        }
        return .finished(result: try context.bundle(of: value))
      }
    } catch let error as EvaluationError {
      return .failed(error.rendered())
    } catch is Interrupted {
      return .interrupted(EvaluationError("Interrupted", "interrupted").rendered())
    } catch let error as any ExplainedError {
      let located = EvaluationError(String(describing: type(of: error)), error.message, fix: error.fix)
      return .failed(located.rendered())
    } catch {
      return .failed(EvaluationError("Error", "\(error)").rendered())
    }
  }

  /// Runs work that looks by itself whether somebody asked to stop.
  private func interruptibly<Result>(_ work: () throws -> Result) throws -> Result {
    try CancellationToken.$current.withValue(interruption) {
      try StopRequest.$current.withValue(StopRequest { [interruption] in try interruption.check() }) {
        try work()
      }
    }
  }

  /// Reads and checks a whole source; all its errors together are the failure.
  func compile(_ source: SourceFile, wantsResult: Bool) -> Result<CompiledCell, RenderedError> {
    let program = Parser.parse(source)
    var diagnostics = program.diagnostics
    let compiler = Compiler(
      source: source, library: context.library, globals: globals,
      declarations: { [unowned self] in try declarations(inFile: $0) })
    let cell = compiler.compile(program, wantsResult: wantsResult)
    if diagnostics.isEmpty {
      diagnostics = compiler.diagnostics
    } else {
      diagnostics += Session.certain(compiler.diagnostics, besides: program, in: source)
    }
    if program.diagnostics.isEmpty {
      let rehearsal = Rehearsal(
        source: source, library: context.library, session: globals, interruption: interruption)
      let declared = compiler.globals.filter { $0.value.span != nil }.keys
      diagnostics += rehearsal.check(program, besides: diagnostics, declared: Set(declared))
    }
    guard diagnostics.isEmpty else {
      diagnostics.sort { $0.span.start < $1.span.start }
      return .failure(Session.rendered(diagnostics, source))
    }
    for info in cell.globals {
      info.variable.isConstant = info.isConstant
      info.variable.typeCheck = info.typeCheck
      if let span = info.span { info.variable.place = SourcePlace(source: source, span: span) }
      globals.variables[info.variable.name] = info.variable
    }
    return .success(cell)
  }

  /// Which errors of a check hold although some statements couldn't be read, which may have declared what seems unknown.
  private static func certain(
    _ found: [Diagnostic], besides program: Syntax.Program, in source: SourceFile
  ) -> [Diagnostic] {
    guard !program.isIncomplete, !program.diagnostics.contains(where: { $0.message.contains("isn't closed") })
    else { return [] }
    let broken = Set(program.diagnostics.map { source.line(at: $0.span.start) })
    let words = source.text(source.span).split { !$0.unicodeScalars.allSatisfy(CursorContext.isWord) }
    return found.filter { diagnostic in
      guard !broken.contains(source.line(at: diagnostic.span.start)) else { return false }
      guard diagnostic.message.hasPrefix("unknown name") else { return true }
      let name = source.text(diagnostic.span)
      let reported = found.filter { source.text($0.span) == name }.count
      return words.filter { $0 == name }.count <= reported
    }
  }

  static func rendered(_ diagnostics: [Diagnostic], _ source: SourceFile) -> RenderedError {
    RenderedError(
      kind: diagnostics.first?.kind ?? "SyntaxError", message: diagnostics.first?.message ?? "",
      text: DiagnosticRenderer(colors: false).render(diagnostics, in: source),
      coloredText: DiagnosticRenderer(colors: true).render(diagnostics, in: source))
  }

  /// Runs a compiled cell; gives the value of its last expression.
  func evaluate(_ cell: CompiledCell) throws -> Value? {
    let frame = Frame(context, slotCount: cell.slotCount, cellCount: cell.cellCount, function: nil)
    defer {
      // A file that is imported ends before the variables of the importing cell have their values.
      if imports.isEmpty {
        for (name, variable) in globals.variables where variable.value.isVoid {
          globals.variables[name] = nil
        }
      }
      names.update(globals)
    }
    for statement in cell.statements {
      try interruption.check()
      do { _ = try statement.action(frame) } catch {
        throw EvaluationError.located(error, statement.place)
      }
      // The next statement may take long. What this one changed of older variables is seen at the end.
      names.update(cell.globals.lazy.map(\.variable))
    }
    guard let result = cell.result else { return nil }
    do { return try result.code(frame) } catch { throw EvaluationError.located(error, result.place) }
  }
}

extension EvaluationContext {
  /// A value as a cell's result shows it.
  package func bundle(of value: Value) throws -> MIMEBundle {
    switch value {
    case .host(let object): return try object.bundle(self)
    case .string: return MIMEBundle(text: value.debugText)
    default: return MIMEBundle(text: try text(of: value, isNested: true))
    }
  }
}
