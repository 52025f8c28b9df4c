import Foundation
import JSON
import JupyterKernel
import Testing

/// Twenty messages exactly as `jupyter_client` puts them on the wire (Fixtures/generate.py): two schemes, with and
/// without a key, identities and buffers.
@Suite struct GoldenMessageTests {
  struct Golden {
    let object: JSONValue
    let frames: [[UInt8]]
    let signer: MessageSigner

    init(_ object: JSONValue) throws {
      self.object = object
      frames = (object["frames"]?.arrayValue ?? []).map { Self.bytes($0.stringValue ?? "") }
      signer = try MessageSigner(
        key: object["key"]?.stringValue ?? "", scheme: object["scheme"]?.stringValue ?? "")
    }

    private static func bytes(_ text: String) -> [UInt8] {
      let digits = Array(text.utf8)
      return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
      }
    }

    /// Where the delimiter stands.
    var mark: Int { object["identities"]?.intValue ?? 0 }

    func decode(_ frames: [[UInt8]]) throws -> Message {
      var replays = ReplayGuard()
      return try MessageCodec(signer: signer).decode(frames, replays: &replays)
    }
  }

  private func golden() throws -> [Golden] {
    let url = try #require(
      Bundle.module.url(forResource: "messages", withExtension: "json", subdirectory: "Fixtures"))
    let bytes = Array(try Data(contentsOf: url))
    return try (try JSONValue.parse(bytes).arrayValue ?? []).map(Golden.init)
  }

  @Test func theyAreUnderstood() throws {
    let all = try golden()
    #expect(all.count == 20)
    for golden in all {
      let message = try golden.decode(golden.frames)
      #expect(message.type == golden.object["type"]?.stringValue)
      #expect(message.id == golden.object["id"]?.stringValue)
      #expect(JSONValue.object(message.content) == golden.object["content"])
      #expect(message.header["session"] == "the-session")
      #expect(message.identities.count == golden.mark)
      #expect(message.buffers == Array(golden.frames.suffix(golden.object["buffers"]?.intValue ?? 0)))
    }
  }

  @Test func theirSignatureIsOursByteForByte() throws {
    for golden in try golden() {
      let parts = golden.frames[(golden.mark + 2)..<(golden.mark + 6)]
      #expect(golden.signer.sign(parts) == golden.frames[golden.mark + 1])
    }
  }

  /// A bit flipped anywhere in the signature or what it covers: the message is dropped.
  @Test func aFlippedBitIsFound() throws {
    for golden in try golden() where golden.signer.isActive {
      for frame in (golden.mark + 1)...(golden.mark + 5) {
        var frames = golden.frames
        let place = frames[frame].count / 2
        frames[frame][place] ^= 1
        #expect(throws: WireError.self) { try golden.decode(frames) }
      }
    }
  }

  /// What we write is read back as the same, buffers included.
  @Test func encodingAndDecodingGiveTheSame() throws {
    for golden in try golden() {
      let message = try golden.decode(golden.frames)
      let again = try golden.decode(MessageCodec(signer: golden.signer).encode(message))
      #expect(again.header == message.header && again.parent == message.parent)
      #expect(again.content == message.content && again.metadata == message.metadata)
      #expect(again.identities == message.identities && again.buffers == message.buffers)
    }
  }
}
