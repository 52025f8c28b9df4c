import Syntax
import TensorRuntime

/// An error of a running program: words, kind, fix; the place and the calls are added on its way up.
package final class EvaluationError: ExplainedError {
  /// A call that the error passed on its way up.
  struct TraceEntry {
    let function: String
    let place: SourcePlace?
  }

  /// A short name for the kind: `TypeError`, `NameError`, `ShapeError`, `ValueError`, `IndexError`, ….
  package let kind: String
  package let message: String
  package let fix: String?
  /// More facts, a line each.
  package private(set) var notes: [String]
  /// A remark right behind the caret line.
  package let label: String?
  /// Other lines to show with remarks, such as the layers before the one at fault.
  package private(set) var context: [(place: SourcePlace, remark: String)]
  /// Where it happened.
  package private(set) var place: SourcePlace?
  /// The tensors that the operation at fault was given.
  private var operands: OperandShapes?
  private(set) var trace: [TraceEntry] = []
  private(set) var hiddenCalls = 0
  /// Where in a network it happened: `Sequential`, the names of the layers on the way in, the last one's number.
  private var network: (form: String, path: [String], number: Int)?
  /// What a `throw` statement threw.
  var thrown: Value?

  /// Makes an error: lower case, no full stop, what was got and what was wanted.
  package init(
    _ kind: String, _ message: String, fix: String? = nil, notes: [String] = [], label: String? = nil,
    context: [(place: SourcePlace, remark: String)] = [], place: SourcePlace? = nil
  ) {
    self.kind = kind
    self.message = message
    self.fix = fix
    self.notes = notes
    self.label = label
    self.context = context
    self.place = place
  }

  /// Sets the place, unless a nearer one is known already.
  package func at(_ place: SourcePlace?) -> EvaluationError {
    if self.place == nil { self.place = place }
    return self
  }

  /// Says which tensors the operation at fault was given, unless a nearer one was named.
  func given(_ operands: OperandShapes?) -> EvaluationError {
    if self.operands == nil { self.operands = operands }
    return self
  }

  /// Says in which layer of a network it happened; called again for each network around, from the inside out.
  func inside(_ layer: String?, of form: String, number: Int) {
    if let inner = network {
      guard let layer else { return }
      network = (form, [layer] + inner.path, inner.number)
    } else {
      network = (form, layer.map { [$0] } ?? [], number)
    }
  }

  /// Shows other lines with remarks above the one at fault.
  func show(_ lines: [(place: SourcePlace, remark: String)]) { context = lines }

  /// Adds a fact.
  func note(_ text: String) { notes.append(text) }

  /// Notes a call on the way up.
  func passing(_ function: String, calledAt place: SourcePlace?) {
    if trace.count < 12 {
      trace.append(TraceEntry(function: function, place: place))
    } else {
      hiddenCalls += 1
    }
  }

  /// Runs a body and gives its errors their place.
  static func placing<Result>(_ place: SourcePlace, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch { throw located(error, place) }
  }

  /// Which kinds of errors are about what tensors an operation was given.
  private static let operandKinds: Set<String> = ["ShapeError", "TensorError", "LayerError", "IndexError"]

  /// Any error as one with a place; what is about shapes also shows the tensors among `operands`. What a tensor
  /// operation says against its use speaks of it as the program wrote it: `+`, `x.permuted`.
  static func located(
    _ error: any Error, _ place: SourcePlace?, written construct: String? = nil,
    operands: @autoclosure () -> OperandShapes?
  ) -> any Error {
    if let known = error as? EvaluationError, known.place != nil { return known }
    let located =
      if let error = error as? TensorError, let construct {
        EvaluationError("TensorError", "\(construct): \(error.problem)", fix: error.fix, place: place)
      } else {
        located(error, place)
      }
    guard let result = located as? EvaluationError, operandKinds.contains(result.kind) else { return located }
    return result.given(operands())
  }

  /// Any error as one with a place; interrupts stay what they are.
  static func located(_ error: any Error, _ place: SourcePlace?) -> any Error {
    switch error {
    case let error as EvaluationError: return error.at(place)
    case is Interrupted, is Unknowable: return error
    case let error as any ExplainedError:
      let kind = String(describing: type(of: error))
      return EvaluationError(kind, error.message, fix: error.fix, place: place)
    default: return EvaluationError("Error", "\(error)", place: place)
    }
  }
}

extension EvaluationError {
  /// What it says of a text: the place in it, or the call in it that led there; `nil` where neither is.
  func diagnostic(in text: SourceFile) -> Diagnostic? {
    if place?.source === text { return diagnostic }
    guard let place, let call = trace.lazy.compactMap(\.place).first(where: { $0.source === text }) else {
      return nil
    }
    var found = Diagnostic(kind, message, at: call.span, fix: fix, notes: notes)
    if let note = operandText.note { found.notes.append(note) }
    let function = trace.first.map { " in \($0.function)" } ?? ""
    found.notes.insert(
      "\(place.source.name), line \(place.line)\(function): \(Self.firstLine(place.text))", at: 0)
    return found
  }

  /// What it says, for a renderer.
  var diagnostic: Diagnostic {
    var diagnostic = Diagnostic(kind, message, at: place?.span ?? Span(0, 0), fix: fix, notes: notes)
    diagnostic.label = label
    diagnostic.context = context.filter { $0.place.source === place?.source }
      .map { Diagnostic.Context(span: $0.place.span, remark: $0.remark) }
    let operandText = operandText
    diagnostic.context += operandText.lines
    if let note = operandText.note { diagnostic.notes.append(note) }
    let parts = [trace.first.map { "in \($0.function)" }, networkText].compactMap { $0 }
    diagnostic.surroundings = parts.isEmpty ? nil : parts.joined(separator: ", ")
    diagnostic.trail = callLines()
    return diagnostic
  }

  /// The operands, where the layers before don't tell already where shapes come from.
  private var operandText: (lines: [Diagnostic.Context], note: String?) {
    guard network == nil, context.isEmpty, notes.isEmpty, let operands else { return ([], nil) }
    return operands.described(around: place)
  }

  private var networkText: String? {
    guard let network else { return nil }
    if network.path.isEmpty {
      return "in \(network.form)" + (network.number > 1 ? " after layer \(network.number - 1)" : "")
    }
    let place = network.path.joined(separator: ".")
    return "in \(network.form) at \(place)" + (network.path.count == 1 ? ", layer \(network.number)" : "")
  }

  /// The error as its reader sees it.
  func rendered(kind: String? = nil) -> RenderedError {
    let diagnostic = diagnostic
    func render(_ colors: Bool) -> String {
      DiagnosticRenderer(colors: colors).render(diagnostic, in: place?.source)
    }
    return RenderedError(
      kind: kind ?? self.kind, message: message, text: render(false), coloredText: render(true))
  }

  /// The calls on the way to the error, nearest first; a recursion is shown once.
  private func callLines() -> [String] {
    var lines: [String] = []
    var repeats = 0
    for entry in trace {
      guard let place = entry.place, !isShown(place) else { continue }
      let line = "called from \(place.source.name), line \(place.line): \(Self.firstLine(place.text))"
      if line == lines.last { repeats += 1 } else { lines.append(line) }
    }
    if hiddenCalls + repeats > 0 { lines.append("… and \(hiddenCalls + repeats) more calls") }
    return lines
  }

  /// Whether the caret stands under a call already.
  private func isShown(_ call: SourcePlace) -> Bool {
    place.map { $0.source === call.source && $0.span == call.span } ?? false
  }

  private static func firstLine(_ text: String) -> String {
    let line = text.prefix { $0 != "\n" }
    return line.count > 60 ? line.prefix(60) + "…" : line.count < text.count ? line + " …" : String(line)
  }
}
