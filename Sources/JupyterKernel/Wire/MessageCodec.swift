import JSON

/// Why frames are not a message; such frames are dropped.
package struct WireError: Error, Equatable, CustomStringConvertible {
  /// What is wrong with them.
  package var description: String
}

/// Frames to messages and back: signature, delimiter, four JSON parts, buffers.
package struct MessageCodec: Sendable {
  static let delimiter = Array("<IDS|MSG>".utf8)
  private let signer: MessageSigner

  /// Makes a codec that signs with `signer`.
  package init(signer: MessageSigner) { self.signer = signer }

  /// Decodes frames as they came from a socket. The signature is checked over the received bytes, before
  /// anything else is believed.
  package func decode(_ frames: [[UInt8]], replays: inout ReplayGuard) throws -> Message {
    guard let mark = frames.firstIndex(of: Self.delimiter) else {
      throw WireError(description: "no <IDS|MSG> delimiter in \(frames.count) frames")
    }
    guard frames.count >= mark + 6 else {
      throw WireError(
        description: "\(frames.count - mark - 1) frames after the delimiter, at least 5 are wanted")
    }
    let parts = frames[(mark + 2)..<(mark + 6)]
    guard signer.verify(frames[mark + 1], of: parts) else {
      throw WireError(description: "signature is wrong")
    }
    if signer.isActive, !replays.admit(frames[mark + 1]) {
      throw WireError(description: "signature was seen before: the message is a replay")
    }
    let objects = try zip(parts, ["header", "parent header", "metadata", "content"]).map { part, name in
      let value: JSONValue
      do {
        value = try JSONValue.parse(part, limits: JSONLimits(repairsUTF8: true))
      } catch {
        throw WireError(description: "\(name): \(error)")
      }
      if case .object(let object) = value { return object }
      // Some clients send null or [] for no parent.
      guard name != "header", value == .null || value == [] else {
        throw WireError(description: "\(name) is not an object")
      }
      return JSONObject()
    }
    let message = Message(
      identities: Array(frames[..<mark]), header: objects[0], parent: objects[1], metadata: objects[2],
      content: objects[3], buffers: Array(frames[(mark + 6)...]))
    guard !message.type.isEmpty else { throw WireError(description: "header has no msg_type") }
    return message
  }

  /// Encodes and signs a message.
  package func encode(_ message: Message) -> [[UInt8]] {
    let parts = [message.header, message.parent, message.metadata, message.content].map {
      JSONValue.object($0).serializedBytes(JSONStyle(nonFinite: .text))
    }
    return message.identities + [Self.delimiter, signer.sign(parts[...])] + parts + message.buffers
  }
}
