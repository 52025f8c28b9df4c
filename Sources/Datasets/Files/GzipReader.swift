import CZlib
import Files
import Foundation
import TensorRuntime

/// Reads a file in order, inflating it when it is gzip-compressed, in memory that does not depend on its size.
package final class GzipReader {
  private let path: String
  private let file: gzFile

  /// Opens a raw or gzip file; throws `DatasetError` naming it when that fails.
  package init(path: String) throws {
    let (descriptor, _) = try DatasetError.naming(path) { try PlainFile.open(path) }
    guard let file = gzdopen(descriptor, "rb") else {
      close(descriptor)
      throw DatasetError("can't read \(path): no memory to unpack it")
    }
    gzbuffer(file, 1 << 17)
    self.path = path
    self.file = file
  }

  deinit { gzclose(file) }

  /// The next bytes, fewer than `count` only at the end; throws `DatasetError` when the data are damaged, and
  /// `Interrupted`.
  package func read(_ count: Int) throws -> [UInt8] {
    try CancellationToken.current?.check()
    return try [UInt8](unsafeUninitializedCapacity: min(max(0, count), 1 << 24)) { buffer, initialized in
      let wanted = UInt32(buffer.count)
      let got = gzread(file, buffer.baseAddress, min(wanted, UInt32(min(max(0, count), 1 << 24))))
      var code: Int32 = 0
      let reason = gzerror(file, &code)
      // Z_BUF_ERROR is how zlib says that the compressed data stop in the middle.
      if got < 0 || code == Z_BUF_ERROR {
        let text =
          code == Z_BUF_ERROR ? "it stops in the middle" : reason.map { String(cString: $0) } ?? "damaged"
        throw DatasetError(
          "can't read \(path): \(text)", fix: "the file is damaged: delete it and fetch it again")
      }
      initialized = Int(got)
    }
  }

  /// Exactly `count` bytes, read in pieces so that memory grows only with what is really there; nil when
  /// the file ends before.
  package func readExactly(_ count: Int) throws -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(count, 1 << 26))
    while bytes.count < count {
      let piece = try read(min(count - bytes.count, 1 << 22))
      if piece.isEmpty { return nil }
      bytes.append(contentsOf: piece)
    }
    return bytes
  }

  /// Whether nothing is left to read.
  package func isAtEnd() throws -> Bool { try read(1).isEmpty }
}
