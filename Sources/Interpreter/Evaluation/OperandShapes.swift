import Syntax
import TensorRuntime

/// The tensors that an operation was given, as the program wrote them: an error about shapes shows them beside its own
/// words, each where it came from.
struct OperandShapes {
  private struct Operand {
    let place: SourcePlace
    let shape: Shape
    /// Where an earlier cell declared it, for a name.
    let origin: SourcePlace?
  }

  private let operands: [Operand]

  /// What is known of the values written at `spans`, receiver first; `nil` where none of them is a tensor.
  init?(_ values: [(value: Value, place: SourcePlace)], _ globals: GlobalTable) {
    operands = values.compactMap { value, place in
      Self.shape(of: value).map { shape in
        let variable = globals.variables[place.text]
        return Operand(
          place: place, shape: shape, origin: variable.flatMap { $0.isConstant ? $0.place : nil })
      }
    }
    guard !operands.isEmpty else { return nil }
  }

  private static func shape(of value: Value) -> Shape? {
    switch value {
    case .tensor(let tensor): tensor.shape
    case .host(let object): ((try? object.tensorValue()) ?? nil)?.shape
    default: nil
    }
  }

  /// Lines that gave names their values, with the shapes; what stands on the line at fault or has no line, as a note.
  func described(around place: SourcePlace?) -> (lines: [Diagnostic.Context], note: String?) {
    var lines: [(line: Int, context: Diagnostic.Context)] = []
    var notes: [String] = []
    var seen: Set<String> = []
    for operand in operands where seen.insert(operand.place.text).inserted {
      let source = operand.place.source
      let text = Self.short(operand.place.text)
      if source === place?.source, let span = source.onlyBinding(of: operand.place.text),
        source.line(at: span.start) != place?.line, span.start < operand.place.span.start
      {
        let line = source.line(at: span.start)
        if let index = lines.firstIndex(where: { $0.line == line }) {
          lines[index].context.remark += ", \(text) is \(operand.shape)"
        } else {
          lines.append((line, .init(span: span, remark: "\(text) is \(operand.shape)")))
        }
      } else if let origin = operand.origin, origin.source !== place?.source {
        let written = Self.short(origin.source.lineText(origin.line).trimmed)
        notes.append(
          "\(text) is \(operand.shape), from \(origin.source.name), line \(origin.line): \(written)")
      } else if !Self.saysItself(operand) {
        notes.append("\(text) is \(operand.shape)")
      }
    }
    lines.sort { $0.line < $1.line }
    return (lines.map(\.context), notes.isEmpty ? nil : notes.joined(separator: "\n       "))
  }

  /// Whether the text shows the shape already: `ones(2, 3)`.
  private static func saysItself(_ operand: Operand) -> Bool {
    let list = operand.shape.dimensions.map(String.init).joined(separator: ", ")
    return ["ones", "zeros", "rand", "randn"].contains { operand.place.text == "\($0)(\(list))" }
  }

  private static func short(_ text: String) -> String {
    let line = text.prefix { $0 != "\n" }
    return line.count > 60 ? line.prefix(60) + "…" : line.count < text.count ? line + " …" : String(line)
  }
}

extension String {
  fileprivate var trimmed: String { String(drop { $0 == " " || $0 == "\t" }) }
}
