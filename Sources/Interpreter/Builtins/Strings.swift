import Foundation

extension Library.Family {
  /// Text.
  static let strings = Library.Family("Strings", functions: [string], types: [stringType])

  private static let string = Builtin(
    "String", "A value as text, or a text many times.",
    [
      .positional("value", .any, "what to write", default: .string("")),
      .labelled("repeating", .optional(.string), "the text to repeat", default: .nothing),
      .labelled("count", .optional(.int), "how many times", default: .nothing),
    ], returns: .string, example: "print(String(3) + \"!\", String(repeating: \"=\", count: 10))"
  ) { call in
    guard let count = try call.optionalInt("count") else {
      return .string(try call.context.text(of: call.value("value")))
    }
    let text = try call.optionalString("repeating") ?? ""
    let (bytes, overflow) = text.utf8.count.multipliedReportingOverflow(by: max(0, count))
    guard count >= 0, !overflow, bytes <= Limits.stringBytes, count <= Limits.stringBytes else {
      throw Limits.stringError
    }
    return .string(String(repeating: text, count: count))
  }

  private static func text(_ value: Value) -> String {
    if case .string(let text) = value { return text }
    return ""
  }

  private static func method(
    _ name: String, _ summary: String, _ parameters: [Parameter] = [], returns: StaticType = .string,
    example: String? = nil, _ body: @escaping (String, Arguments) throws -> Value
  ) -> Member {
    .valueMethod(name, summary, parameters, returns: returns, example: example) {
      try body(text($0.receiver), $0)
    }
  }

  private static let count = Parameter.positional("count", .int, "how many")
  private static let dropped = Parameter.positional("count", .int, "how many", default: .int(1))
  private static let other = Parameter.positional("other", .string, "the text to look for")

  private static let stringType = TypeDeclaration(
    "String", "Text. s[0] is its first character, s[..<3] its first three.",
    members: [
      .valueProperty("count", .int, "How many characters it has.") { value, _ in .int(text(value).count) },
      .valueProperty("isEmpty", .bool, "Whether it has none.") { value, _ in .bool(text(value).isEmpty) },
      .valueProperty("first", .optional(.string), "Its first character, nil when there is none.") {
        value, _ in
        text(value).first.map { .string(String($0)) } ?? .nothing
      },
      .valueProperty("last", .optional(.string), "Its last character, nil when there is none.") { value, _ in
        text(value).last.map { .string(String($0)) } ?? .nothing
      },
      .valueProperty("lines", .array(.string), "Its lines.") { value, _ in
        .strings(text(value).split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
      },
      .valueProperty("trimmed", .string, "Without blanks and line breaks at both ends.") { value, _ in
        .string(text(value).trimmingCharacters(in: .whitespacesAndNewlines))
      },
      method("uppercased", "In capital letters.") { text, _ in .string(text.uppercased()) },
      method("lowercased", "In small letters.") { text, _ in .string(text.lowercased()) },
      method("capitalized", "Each word with a capital letter.") { text, _ in .string(text.capitalized) },
      method("prefix", "Its first characters, at most so many.", [count]) { text, call in
        .string(String(text.prefix(max(0, try call.int("count")))))
      },
      method("suffix", "Its last characters, at most so many.", [count]) { text, call in
        .string(String(text.suffix(max(0, try call.int("count")))))
      },
      method("dropFirst", "Without its first characters.", [dropped]) { text, call in
        .string(String(text.dropFirst(max(0, try call.int("count")))))
      },
      method("dropLast", "Without its last characters.", [dropped]) { text, call in
        .string(String(text.dropLast(max(0, try call.int("count")))))
      },
      method(
        "filter", "The characters for which a function gives true.",
        [.positional("isIncluded", .function("(character) -> Bool"), "which to keep")],
        example: "print(\"a1b2\".filter { Int($0) == nil })"
      ) { text, call in
        .string(String(try text.filter { try Library.isTrue(call.call("isIncluded", .string(String($0)))) }))
      },
      method("reversed", "From last character to first.") { text, _ in .string(String(text.reversed())) },
      method("hasPrefix", "Whether it begins with another text.", [other], returns: .bool) { text, call in
        .bool(text.hasPrefix(try call.string("other")))
      },
      method("hasSuffix", "Whether it ends with another text.", [other], returns: .bool) { text, call in
        .bool(text.hasSuffix(try call.string("other")))
      },
      method("contains", "Whether another text is in it.", [other], returns: .bool) { text, call in
        let other = try call.string("other")
        return .bool(other.isEmpty || text.range(of: other) != nil)
      },
      method(
        "split", "Its parts between separators, without empty ones.",
        [.labelled("separator", .string, "what stands between", default: .string(" "))],
        returns: .array(.string),
        example: "print(\"a,b,,c\".split(separator: \",\"))"
      ) { text, call in
        let separator = try call.string("separator")
        guard !separator.isEmpty else { return .strings(text.map { String($0) }) }
        return .strings(text.components(separatedBy: separator).filter { !$0.isEmpty })
      },
      method(
        "replacing", "With every occurrence of one text replaced by another.",
        [
          .positional("old", .string, "what to replace"),
          .labelled("with", .string, "what to put in its place"),
        ],
        example: "print(\"a-b\".replacing(\"-\", with: \"+\"))"
      ) { text, call in
        let (old, new) = (try call.string("old"), try call.string("with"))
        guard !old.isEmpty else { return .string(text) }
        // At most so many places: what they could become must fit before anything is made.
        let places = text.utf8.count / old.utf8.count
        let (growth, overflow) = places.multipliedReportingOverflow(
          by: max(0, new.utf8.count - old.utf8.count))
        if overflow || text.utf8.count + growth > Limits.stringBytes {
          let found = text.components(separatedBy: old).count - 1
          let (bytes, overflow) = found.multipliedReportingOverflow(by: new.utf8.count)
          if overflow || bytes > Limits.stringBytes { throw Limits.stringError }
        }
        let result = text.replacingOccurrences(of: old, with: new)
        if result.utf8.count > Limits.stringBytes { throw Limits.stringError }
        return .string(result)
      },
      method(
        "padded", "Filled up with blanks to a width; flush right unless `left` is true.",
        [.labelled("to", .int, "the width"), .labelled("left", .bool, "flush left", default: .bool(false))]
      ) { text, call in
        let width = try call.int("to")
        guard width <= 10_000 else {
          throw EvaluationError("ValueError", "width \(width) is more than 10000")
        }
        let padding = String(repeating: " ", count: max(0, max(0, width) - text.count))
        return .string(try call.bool("left") ? text + padding : padding + text)
      },
      .valueMethod(
        "append", "Puts text at the end.", [.positional("other", .string, "the text")], returns: .void,
        isMutating: true
      ) { call in
        var whole = text(call.receiver)
        let other = try call.string("other")
        if whole.utf8.count + other.utf8.count > Limits.stringBytes { throw Limits.stringError }
        call.receiver = .void
        whole += other
        call.receiver = .string(whole)
        return .void
      },
    ]
      + Library.sequenceMembers.filter {
        ![
          "contains", "joined", "sum", "reversed", "prefix", "dropFirst", "filter",
        ].contains($0.name)
      },
    element: .string)
}
