import Crypto
import Foundation

/// A file of a public data set: its name, where it can be fetched, and how to know it is the right one.
package struct RemoteFile: Sendable {
  /// The name it is kept under, also without `.gz` when unpacked by hand.
  package let name: String
  /// Addresses that serve the same bytes, tried in order.
  package let mirrors: [String]
  /// The exact size of the fetched file in bytes.
  package let size: Int
  /// SHA-256 by which the right bytes are known, in hexadecimal.
  package let checksum: Checksum

  /// What a published SHA-256 was taken of.
  package enum Checksum: Sendable, Equatable {
    /// Of the bytes as they are fetched.
    case file(String)
    /// Of what a gzip file holds, however it was compressed.
    case content(String)
  }

  /// Describes a file.
  package init(name: String, mirrors: [String], size: Int, checksum: Checksum) {
    (self.name, self.mirrors, self.size, self.checksum) = (name, mirrors, size, checksum)
  }

  /// Whether the file at a path is the right one; throws `DatasetError` when it can't be read.
  package func matches(path: String) throws -> Bool {
    switch checksum {
    case .file(let wanted): try Self.hash(path: path, inflating: false) == wanted
    case .content(let wanted): try Self.hash(path: path, inflating: true) == wanted
    }
  }

  /// The names under which the file may lie in a data folder.
  package var acceptedNames: [String] {
    name.hasSuffix(".gz") ? [String(name.dropLast(3)), name] : [name]
  }

  /// SHA-256 of a file, or of what it holds when it is gzip, in memory that does not depend on its size.
  package static func hash(path: String, inflating: Bool) throws -> String {
    var hash = SHA256()
    if inflating {
      let reader = try GzipReader(path: path)
      while case let piece = try reader.read(1 << 20), !piece.isEmpty { hash.update(data: piece) }
    } else {
      guard let file = FileHandle(forReadingAtPath: path) else { throw DatasetError("can't read \(path)") }
      defer { try? file.close() }
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
    }
    return hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}

/// How far a fetch has come.
package struct FetchProgress: Sendable {
  /// The file being fetched.
  package let file: String
  /// Bytes already here.
  package let received: Int
  /// Bytes in all.
  package let total: Int

  /// One line for the user: `train-images-idx3-ubyte.gz  4.2 of 9.6 MB (43 %)`.
  package var line: String {
    let megabytes = { (bytes: Int) in String(format: "%.1f", Double(bytes) / 1e6) }
    let percent = total > 0 ? received * 100 / total : 100
    return "\(file)  \(megabytes(received)) of \(megabytes(total)) MB (\(percent) %)"
  }
}
