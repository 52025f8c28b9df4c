import Foundation
import TensorRuntime
import Visualization

extension Library.Family {
  /// Printing, formatting, asking.
  static let output = Library.Family(
    "Output and input", functions: [printing, formatting, input, markdown, table, clearing])

  private static let stream = OptionFamily(
    "Stream", [.init("stdout", "what was computed"), .init("stderr", "warnings and notes beside it")])

  private static let printing = Builtin(
    "print", "Writes values as text, with a space between them and a line break behind.",
    [
      .variadic("values", .any, "what to write"),
      .labelled("separator", .string, "what stands between two values", default: .string(" ")),
      .labelled("terminator", .string, "what stands behind the last", default: .string("\n")),
      .labelled("to", .option(stream), "where it is written", default: .option(named: "stdout")),
    ], returns: .void, example: "print(\"loss\", 0.25, [1, 2])"
  ) { call in
    let texts = try call.array("values").map { try call.context.text(of: $0) }
    let stream = try call.option("to")?.name ?? ""
    call.context.sink.write(
      texts.joined(separator: try call.string("separator")) + (try call.string("terminator")),
      to: StandardStream(rawValue: stream) ?? .stdout)
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

  private static let clearing = Builtin(
    "clear", "Removes what the cell has shown so far.",
    [.labelled("wait", .bool, "only when the next output comes", default: .bool(false))], returns: .void
  ) { call in
    call.context.sink.clear(wait: try call.bool("wait"))
    return .void
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
    "Shows rows as a table. A row is an array, a tuple or a dictionary; labels and keys become headings. A dictionary of "
      + "arrays is shown as columns.",
    [
      .positional("rows", .sequence, "the rows, or columns by name"),
      .labelled("columns", .optional(.array(.string)), "the headings", default: .nothing),
    ], returns: .void, example: "table([(name: \"conv1\", size: 156), (name: \"dense1\", size: 10_164)])"
  ) { call in
    let rows =
      try TextTable.rows(ofColumns: call.value("rows"))
      ?? Iteration.elements(of: call.value("rows"), call.context)
    var headings: [String]?
    if !call.value("columns").isNothing { headings = try call.array("columns").map(\.text) }
    let table = try TextTable(rows, headings: headings, call.context)
    call.context.sink.display(table.bundle, id: nil)
    return .void
  }
}

extension TextTable {
  /// Rows of values as a table, numbers flush right; labels and keys become headings.
  init(_ values: [Value], headings: [String]?, _ context: EvaluationContext) throws {
    var names = headings ?? []
    let rows = try values.map { row in
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
    let width = rows.map(\.count).max() ?? 0
    names += [String](repeating: "", count: max(0, width - names.count))
    let sides = names.indices.map { column -> TextWidth.Side in
      rows.allSatisfy { !$0.indices.contains(column) || Self.isNumber($0[column]) } ? .right : .left
    }
    self.init(header: names, sides: sides)
    for row in rows { append(row) }
  }

  /// The rows of a dictionary of arrays, which are columns; `nil` where it is anything else.
  static func rows(ofColumns value: Value) -> [Value]? {
    guard case .dictionary(let dictionary) = value, dictionary.entries.count > 0 else { return nil }
    let columns = dictionary.entries.values.compactMap { column -> [Value]? in
      if case .array(let array) = column { array.elements } else { nil }
    }
    guard columns.count == dictionary.entries.count else { return nil }
    let names = dictionary.entries.keys.map(\.text)
    return (0..<(columns.map(\.count).max() ?? 0)).map { row in
      .tuple(
        TupleValue(
          labels: names,
          elements: columns.map { $0.indices.contains(row) ? $0[row] : .string("") }))
    }
  }

  private static func isNumber(_ text: String) -> Bool {
    text.isEmpty || Double(text.filter { $0 != "," && $0 != "%" }) != nil
  }

  /// The table in the forms front ends show.
  var bundle: MIMEBundle { MIMEBundle([("text/html", .text(html())), ("text/plain", .text(text()))]) }
}
