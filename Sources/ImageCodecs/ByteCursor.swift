/// Reads numbers from bytes in order; every step is checked.
struct ByteCursor {
  private let bytes: [UInt8]
  /// What errors call the format.
  private let format: String
  /// Where the next byte is read.
  var position = 0

  init(_ bytes: [UInt8], format: String) { (self.bytes, self.format) = (bytes, format) }

  /// How many bytes are left.
  var left: Int { max(0, bytes.count - position) }

  /// The next byte; throws `ImageError` at the end.
  mutating func byte() throws -> Int {
    guard position >= 0, position < bytes.count else {
      throw ImageError("this \(format) file ends too early")
    }
    defer { position += 1 }
    return Int(bytes[position])
  }

  /// The next two bytes, the lower one first.
  mutating func short() throws -> Int { try byte() | byte() << 8 }

  /// The next four bytes, the lowest one first.
  mutating func word() throws -> Int { try short() | short() << 16 }

  /// The next four bytes as a number with a sign.
  mutating func signedWord() throws -> Int { Int(Int32(truncatingIfNeeded: try word())) }

  /// The next bytes; throws `ImageError` when there are fewer.
  mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, count <= left else { throw ImageError("this \(format) file ends too early") }
    defer { position += count }
    return bytes[position..<position + count]
  }
}
