import Crypto
import Foundation

/// Signs frames and checks signatures with the connection's key.
package struct MessageSigner: Sendable {
  private enum Digest { case sha256, sha384, sha512, sha1, md5 }
  private let key: SymmetricKey?
  private let digest: Digest

  /// Takes the key and the scheme (`hmac-sha256`) of the connection file; an empty key turns signing off.
  package init(key: String, scheme: String) throws {
    self.key = key.isEmpty ? nil : SymmetricKey(data: Array(key.utf8))
    switch scheme.lowercased() {
    case "hmac-sha256", "": digest = .sha256
    case "hmac-sha384": digest = .sha384
    case "hmac-sha512": digest = .sha512
    case "hmac-sha1": digest = .sha1
    case "hmac-md5": digest = .md5
    default:
      throw ConnectionError("signature scheme '\(scheme)' is not known; use hmac-sha256")
    }
  }

  /// Whether messages are signed at all.
  package var isActive: Bool { key != nil }

  /// The signature of header, parent, metadata and content as hexadecimal text; empty without a key.
  package func sign(_ frames: ArraySlice<[UInt8]>) -> [UInt8] {
    guard let key else { return [] }
    let code: [UInt8]
    switch digest {
    case .sha256: code = Self.code(SHA256.self, frames, key)
    case .sha384: code = Self.code(SHA384.self, frames, key)
    case .sha512: code = Self.code(SHA512.self, frames, key)
    case .sha1: code = Self.code(Insecure.SHA1.self, frames, key)
    case .md5: code = Self.code(Insecure.MD5.self, frames, key)
    }
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(code.count * 2)
    for byte in code {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return text
  }

  /// Whether `signature` is that of the frames, in a time that doesn't depend on where they differ.
  package func verify(_ signature: [UInt8], of frames: ArraySlice<[UInt8]>) -> Bool {
    guard isActive else { return true }
    let expected = sign(frames)
    guard signature.count == expected.count else { return false }
    var difference: UInt8 = 0
    for (left, right) in zip(signature, expected) { difference |= left ^ right }
    return difference == 0
  }

  private static func code<Hash: HashFunction>(
    _: Hash.Type, _ frames: ArraySlice<[UInt8]>, _ key: SymmetricKey
  ) -> [UInt8] {
    var hmac = HMAC<Hash>(key: key)
    for frame in frames { hmac.update(data: frame) }
    return Array(hmac.finalize())
  }
}

/// The signatures seen lately: a message sent a second time is a replay. Kept as hashes under a key of this process,
/// which takes a tenth of the memory; two signatures with one hash are not to be expected.
package struct ReplayGuard {
  private static let limit = 65_536
  private var seen: Set<Int> = []
  private var order: [Int] = []

  /// Makes a guard that has seen nothing.
  package init() {}

  /// Takes note of a signature; false if it was seen before.
  package mutating func admit(_ signature: [UInt8]) -> Bool {
    let mark = signature.hashValue
    guard seen.insert(mark).inserted else { return false }
    order.append(mark)
    if order.count > Self.limit {
      let oldest = order.prefix(Self.limit / 10)
      seen.subtract(oldest)
      order.removeFirst(oldest.count)
    }
    return true
  }
}
