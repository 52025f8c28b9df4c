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
  /// SHA-256 of the content, decompressed when the file is gzip, in hexadecimal.
  package let contentSHA256: String

  /// Describes a file.
  package init(name: String, mirrors: [String], size: Int, contentSHA256: String) {
    (self.name, self.mirrors, self.size, self.contentSHA256) = (name, mirrors, size, contentSHA256)
  }

  /// The names under which the file may lie in a data folder.
  package var acceptedNames: [String] {
    name.hasSuffix(".gz") ? [String(name.dropLast(3)), name] : [name]
  }

  /// SHA-256 of a file's content, inflated when it is gzip, in hexadecimal; memory does not depend on its size.
  package static func contentHash(path: String) throws -> String {
    let reader = try GzipReader(path: path)
    var hash = SHA256()
    while true {
      let piece = try reader.read(1 << 20)
      if piece.isEmpty { break }
      hash.update(data: piece)
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
