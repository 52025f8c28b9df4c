import Foundation
import TensorRuntime

extension Library.Family {
  /// Printing, formatting, asking.
  static let output = Library.Family(
    "Output and input", functions: [printing, formatting, input, markdown, table])

  private static let printing = Builtin(
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

  private static let formatting = Builtin(
    "format",
    """
    A value as text of a certain form. The same labels work inside of strings: "\\(loss, places: 3)".
    """,
    [
      .positional("value", .any, "what to write"),
      .labelled("places", .optional(.int), "digits behind the point", default: .nothing),
      .labelled(
        "width", .optional(.int), "at least so many characters; negative: flush left", default: .nothing),
      .labelled("percent", .bool, "times 100 with a percent sign", default: .bool(false)),
      .labelled("grouped", .bool, "thousands apart: 61,706", default: .bool(false)),
    ], returns: .string, example: "print(format(3.14159, places: 2), format(0.981, places: 1, percent: true))"
  ) { call in
    var value = call.value("value")
    if case .tensor(let tensor) = value, tensor.shape.elementCount == 1 {
      value = try TensorConversion.number(of: tensor, call.context.runtime())
    }
    let places = try call.optionalInt("places")
    var text: String
    if let number = value.number, try call.bool("percent") {
      text = NumberText.fixed(number * 100, places: places ?? 0) + "%"
    } else if let number = value.number, let places {
      text = NumberText.fixed(number, places: places)
    } else {
      text = try call.context.text(of: value)
    }
    if try call.bool("grouped"), let whole = Int(text.prefix { $0 != "." }) {
      text = NumberText.grouped(whole) + text.drop { $0 != "." }
    }
    if let width = try call.optionalInt("width") {
      guard abs(Double(width)) <= 10_000 else {
        throw EvaluationError("ValueError", "width \(width) is more than 10000")
      }
      let padding = String(repeating: " ", count: max(0, abs(width) - text.count))
      text = width < 0 ? text + padding : padding + text
    }
    return .string(text)
  }

  private static let input = Builtin(
    "input", "Asks the user for a line of text.",
    [
      .positional("prompt", .string, "what to ask", default: .string("")),
      .labelled("hidden", .bool, "don't show what is typed", default: .bool(false)),
    ], returns: .string
  ) { call in
    .string(try call.context.sink.ask(prompt: try call.string("prompt"), hidden: try call.bool("hidden")))
  }

  private static let markdown = Builtin(
    "markdown", "Shows text with Markdown's marks: headings, lists, formulas between $ signs.",
    [.positional("text", .string, "the text")], returns: .void, example: "markdown(\"# Results\")"
  ) { call in
    let text = try call.string("text")
    call.context.sink.display(
      MIMEBundle([("text/markdown", .text(text)), ("text/plain", .text(text))]), id: nil)
    return .void
  }

  private static let table = Builtin(
    "table",
    "Shows rows as a table. A row is an array, a tuple or a dictionary; labels and keys become headings.",
    [
      .positional("rows", .sequence, "the rows"),
      .labelled("columns", .optional(.array(.string)), "the headings", default: .nothing),
    ], returns: .void, example: "table([(name: \"conv1\", size: 156), (name: \"dense1\", size: 10_164)])"
  ) { call in
    let rows = try Iteration.elements(of: call.value("rows"), call.context)
    var headings: [String]?
    if !call.value("columns").isNothing { headings = try call.array("columns").map(\.text) }
    let table = try RowTable(rows, headings: headings, call.context)
    call.context.sink.display(
      MIMEBundle([
        ("text/html", .text(table.html)), ("text/plain", .text(table.plain)),
      ]), id: nil)
    return .void
  }
}

/// Rows of text under headings.
struct RowTable {
  private var headings: [String]
  private var rows: [[String]]
  private var isNumeric: [Bool] = []

  init(headings: [String], rows: [[String]]) {
    self.headings = headings
    self.rows = rows
  }

  init(_ values: [Value], headings: [String]?, _ context: EvaluationContext) throws {
    var names = headings ?? []
    rows = try values.map { row in
      switch row {
      case .array(let array): return try array.elements.map { try context.text(of: $0) }
      case .tuple(let tuple):
        if names.isEmpty { names = tuple.labels.map { $0 ?? "" } }
        return try tuple.elements.map { try context.text(of: $0) }
      case .dictionary(let dictionary):
        if names.isEmpty { names = dictionary.entries.keys.map(\.text) }
        return try names.map { try dictionary.entries[.string($0)].map { try context.text(of: $0) } ?? "" }
      default: return [try context.text(of: row)]
      }
    }
    self.headings = names
  }

  private var widths: [Int] {
    let count = max(headings.count, rows.map(\.count).max() ?? 0)
    return (0..<count).map { column in
      ([headings] + rows).map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
  }

  private func isNumber(_ text: String) -> Bool {
    text.isEmpty || Double(text.filter { $0 != "," && $0 != "%" }) != nil
  }

  /// As columns of text, numbers flush right.
  var plain: String {
    let widths = widths
    let right = widths.indices.map { column in
      rows.allSatisfy { !$0.indices.contains(column) || isNumber($0[column]) }
    }
    func line(_ cells: [String]) -> String {
      var text = ""
      for (column, width) in widths.enumerated() {
        let cell = cells.indices.contains(column) ? cells[column] : ""
        let padding = String(repeating: " ", count: max(0, width - cell.count))
        text += (column == 0 ? "" : "  ") + (right[column] ? padding + cell : cell + padding)
      }
      while text.last == " " { text.removeLast() }
      return text
    }
    var lines = rows.map(line)
    if headings.contains(where: { !$0.isEmpty }) {
      lines.insert(line(headings), at: 0)
      lines.insert(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "), at: 1)
    }
    return lines.joined(separator: "\n")
  }

  /// As an HTML table.
  var html: String {
    func escaped(_ text: String) -> String {
      var result = ""
      for character in text {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        default: result.append(character)
        }
      }
      return result
    }
    let head =
      headings.contains { !$0.isEmpty }
      ? "<thead><tr>" + headings.map { "<th>\(escaped($0))</th>" }.joined() + "</tr></thead>" : ""
    let body = rows.map { "<tr>" + $0.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>" }.joined()
    return "<table>\(head)<tbody>\(body)</tbody></table>"
  }
}
