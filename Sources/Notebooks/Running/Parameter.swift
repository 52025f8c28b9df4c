/// A value given on the command line for a name that the notebook's `parameters` cell defines.
package struct Parameter: Sendable, Equatable {
  /// The name it is for.
  package let name: String
  /// The value as the language writes it: `3`, `0.5`, `true`, `"text"`.
  package let literal: String

  /// Reads `NAME=VALUE`: whole numbers, numbers and `true`/`false` are what they look like, a list in brackets is
  /// taken as written, everything else is text, with or without double quotes.
  package init(parsing text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw NotebookError("parameter \"\(text)\" has no value, want NAME=VALUE")
    }
    name = String(parts[0])
    guard Self.isName(parts[0]) else {
      throw NotebookError("parameter \"\(text)\": \"\(name)\" is not a name, want NAME=VALUE")
    }
    literal = Self.literal(String(parts[1]))
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.unicodeScalars.first, first == "_" || first.properties.isXIDStart else {
      return false
    }
    return text.unicodeScalars.allSatisfy { $0 == "_" || $0.properties.isXIDContinue }
  }

  private static func literal(_ value: String) -> String {
    if value == "true" || value == "false" || isNumber(value) { return value }
    if value.hasPrefix("["), value.hasSuffix("]") { return value }
    if value.utf8.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
      return quoted(String(value.dropFirst().dropLast()))
    }
    return quoted(value)
  }

  private static func isNumber(_ value: String) -> Bool {
    // `Double` also reads "nan", "inf" and hexadecimal; those stay text.
    value.utf8.allSatisfy { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
      && Double(value) != nil && value.last != "." && value.first != "+"
      && (value.first == "-" ? value.dropFirst().first : value.first) != "."
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0": result += "\\0"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension Notebook {
  private static let parametersTag = "parameters"
  private static let injectedTag = "injected-parameters"

  /// Puts the values into a cell of their own after the one tagged `parameters`, or at the top when there is none;
  /// a cell injected by an earlier run is replaced. Returns the names that the `parameters` cell doesn't define.
  @discardableResult
  package mutating func inject(_ parameters: [Parameter]) -> [String] {
    guard !parameters.isEmpty else { return [] }
    // Of a name given twice the later value counts; it is said once, since a cell defines a name once.
    var values: [(name: String, literal: String)] = []
    for parameter in parameters {
      values.removeAll { $0.name == parameter.name }
      values.append((parameter.name, parameter.literal))
    }
    let lines = values.map { "var \($0.name) = \($0.literal)" }
    cells.removeAll { $0.tags.contains(Self.injectedTag) }
    let defining = cells.firstIndex { $0.kind == .code && $0.tags.contains(Self.parametersTag) }
    let cell = Cell(
      .code, source: (["// Parameters"] + lines).joined(separator: "\n"), tags: [Self.injectedTag])
    cells.insert(cell, at: defining.map { $0 + 1 } ?? 0)
    guard let defining else { return values.map(\.name) }
    let defined = Self.definedNames(cells[defining].source)
    return values.map(\.name).filter { !defined.contains($0) }
  }

  /// The names that follow `let` and `var` in a text.
  private static func definedNames(_ source: String) -> Set<String> {
    let words = source.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    return Set(zip(words, words.dropFirst()).filter { $0.0 == "let" || $0.0 == "var" }.map { String($0.1) })
  }
}
