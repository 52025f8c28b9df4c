import Visualization

/// What declarations say about themselves, for `help`, inspection and the reference.
package enum Documentation {
  /// A line of documentation.
  package enum Line {
    case code(String)
    case text(String)
    case item(String, String)
    case example(String)
  }

  /// A function's documentation.
  static func text(of builtin: Builtin) -> [Line] {
    var lines: [Line] = [.code(builtin.signature), .text(builtin.summary)]
    lines += builtin.parameters.map { .item($0.label ?? $0.name, parameterText($0)) }
    if let shapes = builtin.shapes { lines.append(.item("shapes", shapes)) }
    if let formula = builtin.formula { lines.append(.item("formula", formula)) }
    if let example = builtin.example { lines.append(.example(example)) }
    return lines
  }

  private static func parameterText(_ parameter: Parameter) -> String {
    let value = parameter.defaultValue.map { $0.isNothing ? "" : ", \($0.debugText) unless said" } ?? ""
    return "\(parameter.type.name)\(value): \(parameter.summary)"
  }

  /// A member's documentation.
  static func text(of member: Member) -> [Line] {
    switch member.kind {
    case .method(let builtin): text(of: builtin)
    case .property(let type, _): [.code("\(member.name): \(type.name)"), .text(member.summary)]
    }
  }

  /// An option's documentation.
  static func text(of option: OptionFamily.Case, in family: OptionFamily) -> [Line] {
    let list =
      option.parameters.isEmpty ? "" : "(\(option.parameters.map(\.signature).joined(separator: ", ")))"
    return [.code("\(family.name).\(option.name)\(list)"), .text(option.summary)]
      + option.parameters.map { .item($0.label ?? $0.name, parameterText($0)) }
  }

  /// A type's documentation: what it is, and its members in a line each.
  static func text(of type: TypeDeclaration) -> [Line] {
    [.code(type.name), .text(type.summary)]
      + type.members.map { member in
        if case .method(let builtin) = member.kind { return .item(builtin.signature, member.summary) }
        return .item("\(member.name): \(member.type.name)", member.summary)
      }
  }

  /// The lines as plain text.
  static func plain(_ lines: [Line]) -> String {
    lines.map { line in
      switch line {
      case .code(let text): folded(text)
      case .text(let text): text
      case .item(let name, let text): "  \(name)  \(text)"
      case .example(let text):
        "example:\n" + text.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
      }
    }.joined(separator: "\n")
  }

  /// The lines as Markdown.
  static func markdown(_ lines: [Line]) -> String {
    lines.map { line in
      switch line {
      case .code(let text): "```swift\n\(folded(text))\n```\n"
      case .text(let text): text + "\n"
      case .item(let name, let text): "- `\(name)` \(text)"
      case .example(let text): "\n```swift\n\(text)\n```"
      }
    }.joined(separator: "\n")
  }

  /// A signature in lines that fit on a page: its parameters below one another's beginning.
  static func folded(_ signature: String, width: Int = 76) -> String {
    guard signature.count > width, let open = signature.firstIndex(of: "(") else { return signature }
    let margin = min(24, signature.distance(from: signature.startIndex, to: open) + 1)
    var lines = [""]
    var (part, depth) = ("", 0)
    func place(_ part: String) {
      let isFirst = lines.last?.isEmpty ?? true
      if !isFirst, (lines.last?.count ?? 0) + part.count > width {
        lines[lines.count - 1] = TextWidth.withoutTrailingSpaces(lines[lines.count - 1])
        lines.append(String(repeating: " ", count: margin) + part)
      } else {
        lines[lines.count - 1] += part
      }
    }
    for character in signature {
      part.append(character)
      if "([".contains(character) { depth += 1 }
      if ")]".contains(character) { depth -= 1 }
      // Between two parameters only: types and defaults have commas too.
      if character == " ", depth == 1, part.hasSuffix(", ") {
        place(part)
        part = ""
      }
    }
    place(part)
    return lines.joined(separator: "\n")
  }

  /// The lines in both forms.
  static func bundle(_ lines: [Line]) -> MIMEBundle {
    MIMEBundle([("text/markdown", .text(markdown(lines))), ("text/plain", .text(plain(lines)))])
  }
}
