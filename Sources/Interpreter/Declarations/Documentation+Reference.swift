extension Documentation {
  /// The reference of a library as Markdown. `run` gives what an example shows.
  package static func reference(of library: Library, run: (String) -> String) -> String {
    var text = """
      # Reference

      Made from the declarations in `Sources/Interpreter`; the tests run every example.

      """
    for family in library.families {
      text += "\n## \(family.title)\n"
      for function in family.functions { text += "\n" + section(function, run) }
      for type in family.types { text += "\n" + section(type, run) }
    }
    return text
  }

  private static func section(_ function: Builtin, _ run: (String) -> String) -> String {
    "### \(function.name)\n\n" + markdown(lines(function)) + example(function, run) + "\n"
  }

  private static func lines(_ function: Builtin) -> [Line] {
    text(of: function).filter { if case .example = $0 { false } else { true } }
  }

  private static func example(_ function: Builtin, _ run: (String) -> String) -> String {
    guard let example = function.example else { return "" }
    let output = run(example)
    return "\n\n```swift\n\(example)\n```" + (output.isEmpty ? "" : "\n```\n\(output)\n```")
  }

  private static func section(_ type: TypeDeclaration, _ run: (String) -> String) -> String {
    var result = "### \(type.name)\n\n\(type.summary)\n"
    if let call = type.call { result += "\nCalled: `\(call.signature)`. \(call.summary)\n" }
    for member in type.members {
      switch member.kind {
      case .property(let memberType, _):
        result += "\n- `\(member.name): \(memberType.name)` \(member.summary)"
      case .method(let builtin): result += "\n- `\(builtin.signature)` \(member.summary)"
      }
    }
    return result + "\n"
  }
}
