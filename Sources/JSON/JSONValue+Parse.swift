import CJansson

/// What is wrong with a JSON text, and where.
package struct JSONParseError: Error, Equatable, CustomStringConvertible {
  /// What is wrong, lower case without a full stop.
  package var message: String
  /// The line, from 1.
  package var line: Int
  /// The column in code points, from 1.
  package var column: Int

  package var description: String { "invalid JSON at line \(line), column \(column): \(message)" }

  init(_ message: String, at offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
    let before = bytes.prefix(max(0, offset))
    self.message = message
    line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    column = 1 + before[lineStart...].count { $0 & 0xC0 != 0x80 }
  }
}

/// How much JSON is accepted from somebody else.
package struct JSONLimits: Sendable {
  /// How deep arrays and objects may nest.
  package var depth = 512
  /// How long the text may be, in bytes.
  package var bytes = 1 << 30
  /// Whether bytes that are not UTF-8 become U+FFFD; otherwise they are an error.
  package var repairsUTF8 = false

  /// Makes the limits of an ordinary file.
  package init(depth: Int = 512, bytes: Int = 1 << 30, repairsUTF8: Bool = false) {
    self.depth = min(depth, 1_000)
    self.bytes = bytes
    self.repairsUTF8 = repairsUTF8
  }
}

extension JSONValue {
  /// Reads a JSON text: any value at the top, `\u0000` allowed, lone surrogates become U+FFFD.
  package static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws -> JSONValue {
    guard bytes.count <= limits.bytes else {
      throw bytes.withUnsafeBufferPointer {
        JSONParseError("\(bytes.count) bytes, at most \(limits.bytes) are read", at: 0, in: $0)
      }
    }
    var bytes = bytes
    if limits.repairsUTF8 { bytes = Array(String(decoding: bytes, as: UTF8.self).utf8) }
    return try bytes.withUnsafeMutableBufferPointer { buffer in
      try prepare(buffer, depthLimit: limits.depth)
      let text = UnsafeBufferPointer(buffer)
      let flags = Int(JSON_DECODE_ANY | JSON_ALLOW_NUL)
      do {
        return try decode(text, flags: flags)
      } catch let overflow as IntegerOverflow {
        // A whole number beyond 64 bits: only then all are read as reals, and those that are whole turned back.
        return try decode(text, flags: flags | Int(JSON_DECODE_INT_AS_REAL), recovering: overflow)
      }
    }
  }

  /// Reads a JSON text.
  package static func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws -> JSONValue {
    try parse(Array(text.utf8), limits: limits)
  }

  private struct IntegerOverflow: Error { let error: JSONParseError }

  private static func decode(
    _ text: UnsafeBufferPointer<UInt8>, flags: Int, recovering overflow: IntegerOverflow? = nil
  ) throws -> JSONValue {
    var error = json_error_t()
    let root = text.withMemoryRebound(to: CChar.self) {
      json_loadb($0.baseAddress, $0.count, flags, &error)
    }
    guard let root else {
      if let overflow { throw overflow.error }
      let message = withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      let report = JSONParseError(message, at: Int(error.position), in: text)
      if message.hasPrefix("too big") { throw IntegerOverflow(error: report) }
      throw report
    }
    defer { json_decref(root) }
    return JSONValue(root, wholeReals: overflow != nil)
  }

  /// Looks through the text before jansson does: stops at too deep a nesting (jansson's own limit ends in the
  /// middle of recursion) and overwrites escapes of lone surrogates, which jansson refuses.
  private static func prepare(_ text: UnsafeMutableBufferPointer<UInt8>, depthLimit: Int) throws {
    var depth = 0
    var inString = false
    var index = 0
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\""): inString.toggle()
      case UInt8(ascii: "\\") where inString:
        index = repairEscape(text, at: index)
        continue
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        guard !inString else { break }
        depth += 1
        if depth > depthLimit {
          throw JSONParseError(
            "nested deeper than \(depthLimit) levels", at: index, in: UnsafeBufferPointer(text))
        }
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        if !inString { depth -= 1 }
      default: break
      }
      index += 1
    }
  }

  /// Steps over an escape, or a pair of surrogates; a lone one becomes `\ufffd` in place.
  private static func repairEscape(_ text: UnsafeMutableBufferPointer<UInt8>, at start: Int) -> Int {
    guard let first = codeUnit(text, at: start) else { return start + 2 }
    guard (0xD800...0xDFFF).contains(first) else { return start + 6 }
    if first < 0xDC00, let second = codeUnit(text, at: start + 6), (0xDC00...0xDFFF).contains(second) {
      return start + 12
    }
    for (offset, byte) in "fffd".utf8.enumerated() { text[start + 2 + offset] = byte }
    return start + 6
  }

  private static func codeUnit(_ text: UnsafeMutableBufferPointer<UInt8>, at start: Int) -> UInt16? {
    guard start + 6 <= text.count, text[start] == UInt8(ascii: "\\"), text[start + 1] == UInt8(ascii: "u")
    else { return nil }
    return UInt16(String(decoding: text[(start + 2)..<(start + 6)], as: UTF8.self), radix: 16)
  }

  /// Copies a jansson value; recursion is bounded by the depth the text was checked for.
  private init(_ value: UnsafeMutablePointer<json_t>, wholeReals: Bool) {
    switch value.pointee.type {
    case JSON_TRUE: self = .bool(true)
    case JSON_FALSE: self = .bool(false)
    case JSON_INTEGER: self = .integer(Int(json_integer_value(value)))
    case JSON_REAL:
      let real = json_real_value(value)
      if wholeReals, let whole = Int(exactly: real) { self = .integer(whole) } else { self = .number(real) }
    case JSON_STRING:
      let start = UnsafeRawPointer(json_string_value(value))
      self = .string(
        String(
          decoding: UnsafeRawBufferPointer(start: start, count: json_string_length(value)), as: UTF8.self))
    case JSON_ARRAY:
      let count = json_array_size(value)
      var elements: [JSONValue] = []
      elements.reserveCapacity(count)
      for index in 0..<count {
        guard let element = json_array_get(value, index) else { continue }
        elements.append(JSONValue(element, wholeReals: wholeReals))
      }
      self = .array(elements)
    case JSON_OBJECT:
      var object = JSONObject()
      var iterator = json_object_iter(value)
      while let position = iterator {
        if let key = json_object_iter_key(position), let member = json_object_iter_value(position) {
          object[String(cString: key)] = JSONValue(member, wholeReals: wholeReals)
        }
        iterator = json_object_iter_next(value, position)
      }
      self = .object(object)
    default: self = .null
    }
  }
}
