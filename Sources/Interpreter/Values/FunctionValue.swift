/// A function or closure written in the language, with the variables it captured.
package final class FunctionValue {
  /// Its compiled body, shared by all closures made from the same place.
  let code: FunctionCode
  var captures: [CapturedVariable]

  init(code: FunctionCode, captures: [CapturedVariable]) {
    self.code = code
    self.captures = captures
  }

  /// What it is called, `closure` for those without a name.
  package var name: String { code.name }
  /// How many values it takes.
  package var parameterCount: Int { code.parameters.count }
  /// The labels and names of its parameters.
  package var parameterNames: [String] { code.parameters.map(\.name) }
  /// Its source text, as written.
  package var sourceText: String { code.place.source.text(code.place.span) }
  /// Where it was written.
  package var place: SourcePlace { code.place }

  deinit {
    guard !captures.isEmpty else { return }
    var values: [Value] = []
    for index in captures.indices where isKnownUniquelyReferenced(&captures[index]) {
      values.append(captures[index].value)
      captures[index].value = .void
    }
    Value.release(&values)
  }
}

/// A function of the library as a value, with its receiver when it is a method.
package final class BuiltinValue {
  /// What it is.
  package let declaration: Builtin
  /// The value whose method it is.
  package private(set) var receiver: Value?

  /// Makes a value of a declaration.
  package init(_ declaration: Builtin, receiver: Value? = nil) {
    self.declaration = declaration
    self.receiver = receiver
  }

  func takeReceiver() -> Value? {
    defer { receiver = nil }
    return receiver
  }
}

/// `.name(arguments)` before it has met the parameter that knows it; sums of options too (`.crossEntropy + .dice`).
package final class OptionValue {
  /// How options are put together.
  package enum Form {
    /// One option.
    case single
    /// The sum of two: ``parts``.
    case sum
    /// One part times a number.
    case scaled(Double)
  }

  /// Its name without the dot.
  package let name: String
  /// What was given in parentheses; `nil` without parentheses.
  package private(set) var arguments: [(label: String?, value: Value)]?
  /// Whether it is one option or several.
  package let form: Form
  /// The options a sum or a product is made of.
  package private(set) var parts: [OptionValue]
  let site: CallSite?
  /// How deeply sums and products are nested in it.
  let depth: Int

  init(name: String, arguments: [(label: String?, value: Value)]?, site: CallSite?) {
    self.name = name
    self.arguments = arguments
    self.site = site
    form = .single
    parts = []
    depth = 0
  }

  init(form: Form, parts: [OptionValue]) {
    name = ""
    self.form = form
    self.parts = parts
    site = nil
    depth = 1 + (parts.map(\.depth).max() ?? 0)
  }

  func takeArguments() -> [Value] {
    defer {
      arguments = nil
      parts = []
    }
    return (arguments ?? []).map(\.value) + parts.map { .option($0) }
  }

  /// As it was written.
  package var text: String {
    switch form {
    case .single:
      guard let arguments else { return "." + name }
      let list = arguments.map { ($0.label.map { $0 + ": " } ?? "") + $0.value.debugText }
      return ".\(name)(\(list.joined(separator: ", ")))"
    case .sum: return parts.map(\.text).joined(separator: " + ")
    case .scaled(let factor): return "\(Value.text(factor)) * " + parts.map(\.text).joined()
    }
  }
}
