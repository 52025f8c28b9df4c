/// Text on its way to a stream, with what a carriage return overwrote left out.
package struct StreamText {
  /// The text as UTF-8.
  package private(set) var bytes: [UInt8] = []
  /// Where the part begins that carriage returns were not looked for yet.
  private var scanned = 0

  var isEmpty: Bool { bytes.isEmpty }
  var count: Int { bytes.count }

  /// Makes an empty text.
  package init() {}

  /// Adds text at the end.
  package mutating func append(_ text: some Sequence<UInt8>) { bytes.append(contentsOf: text) }

  /// Leaves out of each line what carriage returns let be written over. What a terminal would show, and where
  /// its cursor would stand, stays the same.
  package mutating func collapse() {
    if bytes[scanned...].contains(0x0D) {
      var result = Array(bytes[..<scanned])
      var rest = bytes[scanned...]
      while !rest.isEmpty {
        let end = rest.firstIndex(of: 0x0A).map { $0 + 1 } ?? rest.endIndex
        // The first line may go on from an earlier message: what is under its returns isn't known here.
        result.append(contentsOf: Self.collapsed(rest[..<end], isWholeLine: rest.startIndex > 0))
        rest = rest[end...]
      }
      bytes = result
    }
    scanned = (bytes.lastIndex(of: 0x0A) ?? -1) + 1
  }

  private static func collapsed(_ line: ArraySlice<UInt8>, isWholeLine: Bool) -> [UInt8] {
    var body = line
    var ending: [UInt8] = []
    if body.last == 0x0A {
      ending = [0x0A]
      body = body.dropLast()
      while body.last == 0x0D { body = body.dropLast() }
    }
    var parts = body.split(separator: 0x0D, omittingEmptySubsequences: false)
    guard parts.count > 1, let last = parts.popLast() else { return body + ending }
    var result: [UInt8] = []
    if !isWholeLine { result = parts.removeFirst() + [0x0D] }
    let top = String(decoding: last, as: UTF8.self).unicodeScalars.count
    var under: [Unicode.Scalar] = []
    for part in parts {
      let text = Array(String(decoding: part, as: UTF8.self).unicodeScalars)
      under = text + under.dropFirst(text.count)
    }
    if under.count > top {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: under)
      result += Array(String(text).utf8) + [0x0D]
    }
    return result + last + ending
  }
}

/// Splits bytes of UTF-8 that come in pieces: a character cut at the edge waits for its rest.
package struct UTF8Assembler {
  private var pending: [UInt8] = []

  /// Makes an assembler that holds nothing.
  package init() {}

  /// The whole characters so far; bytes that can't become any are replaced when the text is decoded.
  package mutating func take(_ piece: some Collection<UInt8>) -> [UInt8] {
    var bytes = pending
    bytes.append(contentsOf: piece)
    let cut = Self.incompleteTail(of: bytes)
    pending = Array(bytes.suffix(cut))
    return Array(bytes.dropLast(cut))
  }

  /// What is left when nothing more comes.
  package mutating func finish() -> [UInt8] {
    defer { pending = [] }
    return pending
  }

  /// How many bytes at the end begin a character that isn't finished.
  static func incompleteTail(of bytes: some BidirectionalCollection<UInt8>) -> Int {
    var count = 0
    for byte in bytes.reversed().prefix(4) {
      count += 1
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > count ? count : 0
    }
    return 0
  }
}
