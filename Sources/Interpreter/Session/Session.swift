import Foundation
import JSON
import Syntax
import TensorRuntime

/// A cell, script or shell entry to run.
package struct SourceText: Sendable {
  /// How errors name it: `cell [3]`, `lab.cnn`, `input`.
  package var name: String
  /// The source itself.
  package var text: String

  /// Makes a named source.
  package init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}

/// An error as the user sees it, whole and in its parts.
package struct RenderedError: Error, Sendable {
  /// A short name for the kind of error: `TypeError`, `ShapeError`, `SyntaxError`, `NameError`, `Interrupted`, ….
  package var kind: String
  /// The first line: what is wrong, without the place.
  package var message: String
  /// The whole text with place, caret, notes and fix, plain.
  package var text: String
  /// The same with ANSI colours.
  package var coloredText: String

  /// Makes a rendered error from its parts.
  package init(kind: String, message: String, text: String, coloredText: String) {
    self.kind = kind
    self.message = message
    self.text = text
    self.coloredText = coloredText
  }
}

/// What came of running a source.
package enum ExecutionOutcome {
  /// It ran to its end; the last expression's value in its forms, unless there is none or `;` hides it.
  case finished(result: MIMEBundle?)
  /// It stopped at errors (one, or all those the checks before running found).
  case failed(RenderedError)
  /// The user interrupted it.
  case interrupted(RenderedError)
}

/// Whether a text is a whole program.
package enum Completeness: Equatable, Sendable {
  /// It can be run.
  case complete
  /// More lines are wanted, indented by this many spaces.
  case incomplete(indent: Int)
  /// It can't become right by adding to it.
  case invalid
}

/// How one source is to be run.
package struct ExecutionOptions: Sendable {
  /// Whether it counts: raises the execution counter and enters the history.
  package var storesHistory = true
  /// Whether nothing at all is to be shown (a front end's own probing).
  package var silent = false
  /// Whether an expression's value is the result (notebook, shell) or dropped (script).
  package var showsResult = true

  /// Makes the options of an ordinary cell.
  package init() {}
}

/// What came of running a source, and the counter after it.
package struct ExecutionResult {
  /// What came of it.
  package var outcome: ExecutionOutcome
  /// The execution counter: `n` of `cell [n]`.
  package var executionCount: Int

  /// Makes a result.
  package init(outcome: ExecutionOutcome, executionCount: Int) {
    self.outcome = outcome
    self.executionCount = executionCount
  }
}

/// One completion at the cursor.
package struct Completion: Sendable, Equatable {
  /// The text that replaces the range.
  package var text: String
  /// What it is, for the front end's icon: `function`, `module`, `instance`, `keyword`, `param`, `path`, ….
  package var kind: String
  /// Its type, or how it is called: `Int`, `(_ x: Tensor) -> Tensor`; empty where nothing is known.
  package var signature: String

  /// Makes a completion.
  package init(text: String, kind: String, signature: String = "") {
    self.text = text
    self.kind = kind
    self.signature = signature
  }
}

/// The completions at a cursor, offsets counted in Unicode scalars.
package struct CompletionList: Sendable {
  /// The candidates, best first.
  package var items: [Completion]
  /// The range of the source that a candidate replaces.
  package var range: Range<Int>

  /// Makes a list.
  package init(items: [Completion], range: Range<Int>) {
    self.items = items
    self.range = range
  }
}

/// One running interpreter: variables, models, random streams; the seam between the front ends and the language.
///
/// One thread calls everything that is not marked as callable from any thread. Programs run on a thread of the session's
/// own, with a large stack, while the caller waits.
package final class Session {
  /// Raised to interrupt what is running, from any thread.
  package let interruption = CancellationToken()
  /// How many counted sources were run: `n` of the last `cell [n]`.
  package private(set) var executionCount = 0

  let globals = GlobalTable()
  let context: EvaluationContext
  let names = NameSnapshot()
  private let thread = SessionThread()
  /// Files being imported, so that one that imports itself is found.
  var imports: [String] = []

  /// Makes a session with no variables. From so many captured variables on it looks for closures that only hold each
  /// other.
  package init(
    library: Library = .standard, capturedVariablesBeforeCollection: Int = 4096,
    makeRuntime: @escaping () throws -> Runtime = Session.standardRuntime
  ) {
    context = EvaluationContext(
      sink: SilentSink(), interruption: interruption, library: library, globals: globals,
      capturedVariables: CapturedVariables(start: capturedVariablesBeforeCollection), makeRuntime: makeRuntime
    )
  }

  deinit {
    // Functions and the variables they use refer to each other.
    for variable in globals.variables.values { variable.value = .void }
    context.capturedVariables.emptyCircles()
  }

  /// Runs a source and reports what came of it; output goes to `sink` while it runs. Never throws: errors are outcomes.
  package func execute(
    _ text: String, named name: String? = nil, sink: any OutputSink,
    options: ExecutionOptions = ExecutionOptions()
  ) -> ExecutionResult {
    if options.storesHistory && !options.silent { executionCount += 1 }
    let source = SourceFile(name: name ?? "cell [\(executionCount)]", text: text)
    let count = executionCount
    return thread.run { [self] in
      ExecutionResult(
        outcome: run(source, sink: options.silent ? SilentSink() : sink, options), executionCount: count)
    }
  }

  /// Whether `text` is a whole program. Callable from any thread.
  package static func completeness(of text: String) -> Completeness {
    if subjectOfQuestion(text) != nil { return .complete }
    return switch Parser.parse(SourceFile(name: "input", text: text)).completeness {
    case .complete: .complete
    case .incomplete(let indent): .incomplete(indent: indent)
    case .invalid: .invalid
    }
  }

  /// The value of one expression in its forms, for a front end's own questions (`user_expressions`).
  package func value(of expression: String) -> Result<MIMEBundle, RenderedError> {
    let source = SourceFile(name: "expression", text: expression)
    return thread.run { [self] in
      switch run(source, sink: SilentSink(), ExecutionOptions()) {
      case .finished(let result): .success(result ?? MIMEBundle(text: ""))
      case .failed(let error), .interrupted(let error): .failure(error)
      }
    }
  }
}
