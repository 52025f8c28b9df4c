import TensorRuntime

extension Value {
  /// The value as text, computing nothing: tensors are shown by their shape.
  package var text: String {
    var writer = ValueWriter()
    writer.write(self, isNested: false)
    return writer.text
  }

  /// The same with quotes around strings.
  package var debugText: String {
    var writer = ValueWriter()
    writer.write(self, isNested: true)
    return writer.text
  }

  /// A Double as the language writes it.
  package static func text(_ number: Double) -> String { number.description }
}

extension EvaluationContext {
  /// What `print` and `"\\(x)"` show; computes the numbers of tensors.
  package func text(of value: Value, isNested: Bool = false) throws -> String {
    switch value {
    case .string(let text) where !isNested: return text
    case .int(let number): return String(number)
    case .tensor(let tensor): return try TensorText.text(of: tensor, runtime())
    case .host(let variable as VariableObject) where !isNested:
      return try TensorText.text(of: variable.parameter.tensor, runtime())
    default:
      var writer = ValueWriter()
      writer.tensorText = { try TensorText.text(of: $0, self.runtime()) }
      writer.write(value, isNested: isNested)
      if let error = writer.error { throw error }
      return writer.text
    }
  }
}

/// Writes values as text, within limits of depth and length.
struct ValueWriter {
  /// How many elements of one container are written.
  static let elementLimit = 1000
  private(set) var text = ""
  private var depth = 0
  /// How tensors are written; `nil` writes their shapes.
  var tensorText: ((Tensor) throws -> String)?
  private(set) var error: (any Error)?

  mutating func write(_ value: Value, isNested: Bool) {
    switch value {
    case .void: text += "()"
    case .nothing: text += "nil"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .double(let value): text += Value.text(value)
    case .string(let value): text += isNested ? Self.quoted(value) : value
    case .array(let array):
      list("[", "]", array.elements.count) { $0.write(array.elements[$1], isNested: true) }
    case .tuple(let tuple):
      list("(", ")", tuple.elements.count) { writer, index in
        if let label = tuple.labels[index] { writer.text += label + ": " }
        writer.write(tuple.elements[index], isNested: true)
      }
    case .dictionary(let dictionary):
      if dictionary.entries.count == 0 {
        text += "[:]"
      } else {
        list("[", "]", dictionary.entries.count) { writer, index in
          writer.write(dictionary.entries.keys[index], isNested: true)
          writer.text += ": "
          writer.write(dictionary.entries.values[index], isNested: true)
        }
      }
    case .range(let range):
      if let lower = range.lower { write(lower, isNested: true) }
      text += range.isClosed || range.upper == nil ? "..." : "..<"
      if let upper = range.upper { write(upper, isNested: true) }
    case .tensor(let tensor): write(tensor)
    case .function(let function): text += "func \(function.code.signature)"
    case .builtin(let builtin): text += "func \(builtin.declaration.signature)"
    case .option(let option): text += option.text
    case .host(let object): text += object.text
    }
  }

  /// Small tensors inside of other values are written out in one line.
  private mutating func write(_ tensor: Tensor) {
    guard let tensorText, depth == 0 || (tensor.rank <= 1 && tensor.shape.elementCount <= 8) else {
      text += "Tensor \(tensor.shape)"
      return
    }
    do { text += try tensorText(tensor) } catch { self.error = error }
  }

  private mutating func list(
    _ open: String, _ close: String, _ count: Int, _ element: (inout ValueWriter, Int) -> Void
  ) {
    guard depth < 50 else {
      text += "\(open)…\(close)"
      return
    }
    depth += 1
    text += open
    for index in 0..<min(count, Self.elementLimit) {
      if index > 0 { text += ", " }
      element(&self, index)
      if text.utf8.count > 1_000_000 {
        text += ", …"
        break
      }
    }
    if count > Self.elementLimit { text += ", … \(count - Self.elementLimit) more" }
    text += close
    depth -= 1
  }

  /// A string as a literal.
  static func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case "\0": result += "\\0"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
