/// How JSON is written.
package struct JSONStyle: Sendable {
  /// What stands for NaN and the infinities, which JSON has no numbers for.
  package enum NonFinite: Sendable {
    /// `null`.
    case null
    /// `"NaN"`, `"Infinity"`, `"-Infinity"`.
    case text
  }

  /// Spaces per level; `nil` writes all on one line without spaces.
  package var indent: Int?
  /// Whether members are written in the order of their keys' code points.
  package var sortsKeys: Bool
  /// What stands for NaN and the infinities.
  package var nonFinite: NonFinite

  /// Makes a style.
  package init(indent: Int? = nil, sortsKeys: Bool = false, nonFinite: NonFinite = .null) {
    self.indent = indent
    self.sortsKeys = sortsKeys
    self.nonFinite = nonFinite
  }

  /// One line, no spaces: messages.
  package static let compact = JSONStyle()
  /// As nbformat writes notebooks, so that a file rewritten in place changes only where it changed.
  package static let notebook = JSONStyle(indent: 1, sortsKeys: true)
}

extension JSONValue {
  /// The text in UTF-8. Numbers are the shortest that read back the same, which jansson's writer can't do.
  package func serializedBytes(_ style: JSONStyle = .compact) -> [UInt8] {
    var writer = JSONWriter(style: style)
    writer.write(self, level: 0)
    return writer.bytes
  }

  /// The text.
  package func serialized(_ style: JSONStyle = .compact) -> String {
    String(decoding: serializedBytes(style), as: UTF8.self)
  }
}

private struct JSONWriter {
  let style: JSONStyle
  var bytes: [UInt8] = []

  mutating func write(_ value: JSONValue, level: Int) {
    switch value {
    case .null: put("null")
    case .bool(let value): put(value ? "true" : "false")
    case .integer(let value): put(String(value))
    case .number(let value): put(value)
    case .string(let text): putQuoted(text)
    case .array(let elements):
      putList("[", "]", elements, level) { $0.write($1, level: level + 1) }
    case .object(let object):
      var members = object.members
      if style.sortsKeys { members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } }
      putList("{", "}", members, level) {
        $0.putQuoted($1.key)
        $0.put($0.style.indent == nil ? ":" : ": ")
        $0.write($1.value, level: level + 1)
      }
    }
  }

  private mutating func putList<Element>(
    _ open: String, _ close: String, _ elements: [Element], _ level: Int,
    _ write: (inout JSONWriter, Element) -> Void
  ) {
    put(open)
    for (index, element) in elements.enumerated() {
      if index > 0 { put(",") }
      breakLine(level + 1)
      write(&self, element)
    }
    if !elements.isEmpty { breakLine(level) }
    put(close)
  }

  private mutating func breakLine(_ level: Int) {
    guard let indent = style.indent else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * level))
  }

  private mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func put(_ number: Double) {
    if number.isFinite { return put(number.description) }
    switch style.nonFinite {
    case .null: put("null")
    case .text: putQuoted(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
    }
  }

  private mutating func putQuoted(_ text: String) {
    var text = text
    text.withUTF8 { source in
      bytes.append(UInt8(ascii: "\""))
      var copied = 0
      for (index, byte) in source.enumerated()
      where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        bytes.append(contentsOf: source[copied..<index])
        copied = index + 1
        put(Self.escape(byte))
      }
      bytes.append(contentsOf: source[copied...])
      bytes.append(UInt8(ascii: "\""))
    }
  }

  private static func escape(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\""): return "\\\""
    case UInt8(ascii: "\\"): return "\\\\"
    case 0x0A: return "\\n"
    case 0x0D: return "\\r"
    case 0x09: return "\\t"
    case 0x08: return "\\b"
    case 0x0C: return "\\f"
    default:
      let digits = String(byte, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
}
