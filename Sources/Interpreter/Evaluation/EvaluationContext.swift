import Syntax
import TensorRuntime

/// The services of a session, handed to every built-in: output, interruption, randomness, tensors, calls back into the
/// language. There is no other state.
package final class EvaluationContext {
  /// Where output goes.
  package var sink: any OutputSink
  /// Raised when the user wants to stop.
  package let interruption: CancellationToken
  /// The session's randomness: `seed(n)` restarts it.
  package let random: RandomSource
  /// Everything programs can call.
  package let library: Library
  /// Where the built-in that runs was called.
  package internal(set) var place: SourcePlace?
  private var services: [ObjectIdentifier: AnyObject] = [:]
  /// The service asked for last: a step asks for the same one several times.
  private var lastService: (type: ObjectIdentifier, service: AnyObject)?
  /// The variables of the session, for `variables()`.
  var globals: GlobalTable
  /// The variables that closures share with the functions around them.
  let capturedVariables: CapturedVariables
  /// How deep calls are nested.
  var depth = 0
  /// Below this address the stack must not grow.
  var stackFloor: UInt = 0
  private let makeRuntime: () throws -> Runtime
  private var madeRuntime: Runtime?
  /// How `import` runs a file.
  var importer: ((String, SourcePlace?) throws -> Void)?

  /// How many elements of a sequence may be gone through; only a check before running has a limit.
  let iterationLimit: Int?
  /// Told of each built-in before it runs: how tests see what programs reach.
  var onCall: ((Builtin) -> Void)?

  /// How deep calls may be nested.
  static let depthLimit = 10_000

  init(
    sink: any OutputSink, interruption: CancellationToken, library: Library, globals: GlobalTable,
    random: RandomSource = RandomSource(), capturedVariables: CapturedVariables = CapturedVariables(),
    iterationLimit: Int? = nil, makeRuntime: @escaping () throws -> Runtime
  ) {
    self.sink = sink
    self.interruption = interruption
    self.library = library
    self.globals = globals
    self.random = random
    self.capturedVariables = capturedVariables
    self.iterationLimit = iterationLimit
    self.makeRuntime = makeRuntime
  }

  /// What computes tensors, made at its first use.
  package func runtime() throws -> Runtime {
    if let madeRuntime { return madeRuntime }
    let runtime = try makeRuntime()
    runtime.cancellation = interruption
    madeRuntime = runtime
    return runtime
  }

  /// A service of another part of the library (training mode, data sets' cache), made at its first use.
  package func service<Service: AnyObject>(_ type: Service.Type, orMake make: () -> Service) -> Service {
    let key = ObjectIdentifier(type)
    if let lastService, lastService.type == key { return unsafeDowncast(lastService.service, to: type) }
    let service = services[key] as? Service ?? make()
    services[key] = service
    lastService = (key, service)
    return service
  }

  /// Calls any callable value with values by position.
  package func call(_ function: Value, _ arguments: [Value]) throws -> Value {
    try Calls.call(function, arguments, site: nil, context: self)
  }

  /// Calls any callable value with labelled values.
  package func call(_ function: Value, labelled arguments: [(label: String?, value: Value)]) throws -> Value {
    let place = place ?? SourcePlace(source: SourceFile(name: "library", text: ""), span: Span(0, 0))
    let site = CallSite(
      place: place, labels: arguments.map(\.label), spans: arguments.map { _ in place.span })
    return try Calls.call(function, arguments.map(\.value), site: site, context: self)
  }

  /// Runs a closure as a builder body: gives the values of its expression statements, through its ifs and fors, each
  /// with its place, and what it returned, if it did.
  package func collect(_ body: Value, _ arguments: [Value] = []) throws -> (items: [Collected], result: Value)
  {
    guard case .function(let function) = body else {
      throw EvaluationError("TypeError", "expected a body in braces, got \(body.article)", fix: "write { … }")
    }
    let collector = Collector()
    let result = try Calls.call(function, arguments, site: nil, context: self, collector: collector)
    return (collector.items, result)
  }

  /// Writes text to standard output.
  package func write(_ text: String) { sink.write(text, to: .stdout) }

  /// Says that something is allowed but hardly meant, with the place of the built-in that runs.
  func warn(_ message: String, fix: String?) {
    var diagnostic = Diagnostic("Warning", message, at: place?.span ?? Span(0, 0), fix: fix)
    diagnostic.severity = .warning
    let renderer = DiagnosticRenderer(colors: sink.capabilities.colors)
    sink.write(renderer.render(diagnostic, in: place?.source) + "\n", to: .stderr)
  }

  /// Stops with an error when the stack or the number of nested calls is exhausted, or the user wants to stop.
  @inline(__always)
  func enterCall() throws {
    depth += 1
    var marker: UInt8 = 0
    let address = withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
    if depth > Self.depthLimit || address < stackFloor { throw Calls.tooDeep(depth) }
    if interruption.isCancelled { throw Interrupted() }
  }
}

/// The session's variables by name.
final class GlobalTable {
  var variables: [String: GlobalVariable] = [:]
}

/// A variable of the session.
final class GlobalVariable {
  let name: String
  var value: Value
  var isConstant: Bool
  /// The check of its written type, if it has one.
  var typeCheck: TypeCheck?
  /// Where it was declared.
  var place: SourcePlace?

  init(name: String, value: Value = .void, isConstant: Bool = true) {
    self.name = name
    self.value = value
    self.isConstant = isConstant
  }

  deinit { Value.release(&value) }
}
