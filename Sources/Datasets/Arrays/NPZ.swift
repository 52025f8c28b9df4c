import CZlib

/// NumPy's archives of arrays: ZIP files (PKWARE APPNOTE) of `.npy` files, stored or deflated.
package enum NPZ {
  /// Reads all arrays by name; `name` is what errors call the archive. Entries that are not arrays are left out.
  package static func decode(_ bytes: [UInt8], name: String) throws -> [String: NumericArray] {
    var result: [String: NumericArray] = [:]
    let arrays = try entries(bytes, name).filter { $0.name.hasSuffix(".npy") }
    // Each size takes 32 bits and there are 16 bits of entries: the sum can't overflow.
    let total = arrays.reduce(0) { $0 + $1.size }
    guard total <= NPY.largestByteCount else {
      throw DatasetError(
        "\(name) declares \(total) bytes of arrays, wanted at most \(NPY.largestByteCount)",
        fix: "save them in several archives")
    }
    for entry in arrays {
      let content = try content(of: entry, in: bytes, name)
      result[String(entry.name.dropLast(4))] = try NPY.decode(content, name: "\(entry.name) in \(name)")
    }
    return result
  }

  private struct Entry {
    let name: String
    let method: Int
    let packedSize: Int
    let size: Int
    let checksum: UInt32
    let offset: Int
  }

  /// Little-endian numbers at checked places.
  private static func number(_ bytes: [UInt8], _ place: Int, _ size: Int) -> Int? {
    guard place >= 0, place <= bytes.count - size else { return nil }
    return bytes[place..<place + size].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// The archive's own list, found from the record at its end.
  private static func entries(_ bytes: [UInt8], _ name: String) throws -> [Entry] {
    let damaged = DatasetError("\(name) is not a NumPy archive: no ZIP directory at its end")
    // The end record is 22 bytes and a comment of at most 65535.
    let lowest = max(0, bytes.count - 22 - 65535)
    var end = bytes.count - 22
    while end >= lowest, end >= 0, number(bytes, end, 4) != 0x0605_4B50 { end -= 1 }
    guard end >= lowest, end >= 0, let count = number(bytes, end + 10, 2),
      var place = number(bytes, end + 16, 4)
    else { throw damaged }
    var entries: [Entry] = []
    for _ in 0..<count {
      guard number(bytes, place, 4) == 0x0201_4B50, let method = number(bytes, place + 10, 2),
        let checksum = number(bytes, place + 16, 4), let packed = number(bytes, place + 20, 4),
        let size = number(bytes, place + 24, 4), let nameLength = number(bytes, place + 28, 2),
        let extra = number(bytes, place + 30, 2), let comment = number(bytes, place + 32, 2),
        let offset = number(bytes, place + 42, 4), place + 46 + nameLength <= bytes.count
      else { throw damaged }
      entries.append(
        Entry(
          name: String(decoding: bytes[place + 46..<place + 46 + nameLength], as: UTF8.self), method: method,
          packedSize: packed, size: size, checksum: UInt32(truncatingIfNeeded: checksum), offset: offset))
      place += 46 + nameLength + extra + comment
    }
    return entries
  }

  private static func content(of entry: Entry, in bytes: [UInt8], _ name: String) throws -> [UInt8] {
    let label = "\(entry.name) in \(name)"
    guard number(bytes, entry.offset, 4) == 0x0403_4B50, let nameLength = number(bytes, entry.offset + 26, 2),
      let extra = number(bytes, entry.offset + 28, 2)
    else { throw DatasetError("\(label) is damaged: no ZIP entry where the directory says") }
    let start = entry.offset + 30 + nameLength + extra
    guard start <= bytes.count, entry.packedSize <= bytes.count - start else {
      throw DatasetError("\(label) is cut short")
    }
    let packed = bytes[start..<start + entry.packedSize]
    let content: [UInt8]
    switch entry.method {
    case 0: content = Array(packed)
    case 8: content = try inflated(packed, to: entry.size, label)
    default: throw DatasetError("\(label) is packed by method \(entry.method), wanted 0 or 8 (deflate)")
    }
    let found = content.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
    guard UInt32(truncatingIfNeeded: found) == entry.checksum else {
      throw DatasetError("\(label) is damaged: its checksum differs")
    }
    return content
  }

  /// Inflates to exactly the declared size.
  private static func inflated(_ packed: ArraySlice<UInt8>, to size: Int, _ label: String) throws -> [UInt8] {
    // Deflate expands at most 1032 times: more is a lie of the header.
    guard size <= NPY.largestByteCount, size / 1032 <= packed.count else {
      throw DatasetError("\(label) declares \(size) bytes, which \(packed.count) packed bytes can't hold")
    }
    var stream = z_stream()
    // Negative window bits: no zlib header, as in ZIP files.
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw DatasetError("can't start to unpack \(label)")
    }
    defer { inflateEnd(&stream) }
    var input = Array(packed)
    let output = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(size)
        inflate(&stream, Z_FINISH)
      }
      initialized = min(size, Int(stream.total_out))
    }
    guard output.count == size else { throw DatasetError("\(label) is damaged: it can't be unpacked") }
    return output
  }
}
