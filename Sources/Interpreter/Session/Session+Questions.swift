import Foundation
import Syntax

extension Session {
  /// `Conv` of `Conv?`, `Conv??` and `?Conv`, the way notebooks ask about a name; `nil` for programs.
  static func subjectOfQuestion(_ text: String) -> String? {
    let line = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard line.hasPrefix("?") || line.hasSuffix("?") else { return nil }
    let name = line.trimmingCharacters(in: CharacterSet(charactersIn: "?"))
    let marks = line.count - name.count
    guard (1...2).contains(marks), let first = name.unicodeScalars.first, !("0"..."9").contains(first),
      name.unicodeScalars.allSatisfy({ CursorContext.isWord($0) || $0 == "." })
    else { return nil }
    return name
  }

  /// What is known about a name, as the result of asking for it.
  func answer(_ subject: String) -> ExecutionOutcome {
    if let bundle = inspection(of: subject, at: subject.unicodeScalars.count) {
      return .finished(result: bundle)
    }
    let names = Array(names.all.keys) + context.library.names
    let near = Spelling.nearest(to: subject, among: names).map { "did you mean \($0)?" }
    return .failed(
      EvaluationError("NameError", "nothing is known about '\(subject)'", fix: near).rendered())
  }
}

extension Session {
  /// How many variables closures hold now.
  package var capturedVariableCount: Int { context.capturedVariables.count }

  /// Told of each built-in before it runs: how tests see what programs reach.
  package var onCall: ((Builtin) -> Void)? {
    get { context.onCall }
    set { context.onCall = newValue }
  }
}
