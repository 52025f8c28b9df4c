import Foundation

extension Library.Family {
  /// Printing, showing, asking.
  static let output = Library.Family(
    "Output and input",
    functions: [
      Builtin(
        "print", "Writes values as text, with a space between them and a line break behind.",
        [
          .variadic("values", .any, "what to write"),
          .labelled("separator", .string, "what stands between two values", default: .string(" ")),
          .labelled("terminator", .string, "what stands behind the last", default: .string("\n")),
        ], returns: .void, example: "print(\"loss\", 0.25, [1, 2])"
      ) { call in
        let texts = try call.array("values").map { try call.context.text(of: $0) }
        call.context.write(
          texts.joined(separator: try call.string("separator")) + (try call.string("terminator")))
        return .void
      }
    ])
}
