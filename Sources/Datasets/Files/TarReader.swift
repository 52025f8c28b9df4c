import Foundation

/// Unpacks chosen files of a tar archive, gzip-compressed or not (POSIX 1003.1, ustar).
package enum TarReader {
  /// Writes the entries whose last path component is among `names` into a folder; throws `DatasetError` when one
  /// is missing, longer than `limit` bytes, or the archive is damaged.
  package static func unpack(_ path: String, names: Set<String>, into folder: String, limit: Int) throws {
    let reader = try GzipReader(path: path)
    var missing = names
    while !missing.isEmpty {
      guard let header = try reader.readExactly(512), header[0] != 0 else { break }
      let name = text(header[0..<100])
      guard let size = octal(header[124..<136]), size <= 1 << 40 else {
        throw DatasetError("\(path) is not a tar archive", fix: "delete it and fetch it again")
      }
      let base = name.split(separator: "/").last.map(String.init) ?? ""
      let padded = (size + 511) / 512 * 512
      // Type 0 or nul is a plain file; only base names are used, so no entry can write elsewhere.
      if header[156] == 0 || header[156] == UInt8(ascii: "0"), missing.contains(base) {
        guard size <= limit else {
          throw DatasetError("\(base) in \(path) has \(size) bytes, wanted at most \(limit)")
        }
        try copy(reader, size, to: "\(folder)/\(base)", from: path)
        missing.remove(base)
        try skip(reader, padded - size, path)
      } else {
        try skip(reader, padded, path)
      }
    }
    if let name = missing.sorted().first { throw DatasetError("\(path) has no file \(name)") }
  }

  private static func copy(_ reader: GzipReader, _ size: Int, to target: String, from path: String) throws {
    let part = target + ".part"
    guard FileManager.default.createFile(atPath: part, contents: nil),
      let file = FileHandle(forWritingAtPath: part)
    else { throw DatasetError("can't write \(part)") }
    var left = size
    while left > 0 {
      let piece = try reader.read(min(left, 1 << 20))
      if piece.isEmpty { throw cut(path) }
      do { try file.write(contentsOf: piece) } catch {
        throw DatasetError("can't write \(part): \(error.localizedDescription)")
      }
      left -= piece.count
    }
    try file.close()
    try? FileManager.default.removeItem(atPath: target)
    try FileManager.default.moveItem(atPath: part, toPath: target)
  }

  private static func skip(_ reader: GzipReader, _ count: Int, _ path: String) throws {
    var left = count
    while left > 0 {
      let piece = try reader.read(min(left, 1 << 20))
      if piece.isEmpty { throw cut(path) }
      left -= piece.count
    }
  }

  private static func cut(_ path: String) -> DatasetError {
    DatasetError("\(path) is cut short", fix: "delete it and fetch it again")
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
    Int(text(field).trimmingCharacters(in: .whitespaces), radix: 8)
  }
}
