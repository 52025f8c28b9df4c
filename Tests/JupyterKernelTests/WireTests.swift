import Foundation
import JSON
import JupyterKernel
import Testing

@Suite struct WireTests {
  private let parts = [
    #"{"msg_id":"1","msg_type":"kernel_info_request"}"#, "{}", "{}", #"{"code":"1 + 1"}"#,
  ].map { Array($0.utf8) }

  /// Signatures computed with Python's `hmac` module over the four parts, key `a key`.
  @Test(arguments: [
    ("hmac-sha256", "e035175aa4e8ce3619a74c4bdd825ce7559ae539555a79e48cd38a37611ead41"),
    (
      "hmac-sha512",
      "78e9a125719302d097710e34cd9aee2fee3b18e2125118c86ed897b07f90cb2f296c6651c15580b2f03152bb9b8577a3a8a6913458d72bcd70ee841d3b77af91"
    ),
    (
      "hmac-sha384",
      "5e164ae3d8851de3c649fd978bfebead5cc72d528ab67121e55f63fd2b9e464a8e5188b3727bdc44ec765bee45c6312b"
    ),
    ("hmac-sha1", "489e537c09cece2b54771742079776c7eb23465c"),
    ("hmac-md5", "ae56067060afc54d273623161ec150db"),
  ])
  func signatures(scheme: String, expected: String) throws {
    let signer = try MessageSigner(key: "a key", scheme: scheme)
    let signature = signer.sign(parts[...])
    #expect(String(decoding: signature, as: UTF8.self) == expected)
    #expect(signer.verify(signature, of: parts[...]))
    #expect(!signer.verify(signature.reversed(), of: parts[...]))
    #expect(!signer.verify([], of: parts[...]))
  }

  @Test func unknownSchemeIsAnError() {
    #expect(throws: ConnectionError.self) { try MessageSigner(key: "k", scheme: "rot13") }
  }

  @Test func buffersAreNotSigned() throws {
    let codec = try codec("a key")
    var replays = ReplayGuard()
    var frames = codec.encode(message())
    frames.append([1, 2, 3])
    let decoded = try codec.decode(frames, replays: &replays)
    #expect(decoded.buffers == [[1, 2, 3]])
    #expect(decoded.identities == [[7], [8]])
    #expect(decoded.content["code"] == "x")
  }

  @Test func withoutAKeyNothingIsSignedOrChecked() throws {
    let codec = try codec("")
    var replays = ReplayGuard()
    var frames = codec.encode(message())
    #expect(frames[3] == [])
    frames[3] = Array("whatever".utf8)
    _ = try codec.decode(frames, replays: &replays)
    _ = try codec.decode(frames, replays: &replays)
  }

  @Test func aReplayIsRefused() throws {
    let codec = try codec("a key")
    var replays = ReplayGuard()
    let frames = codec.encode(message())
    _ = try codec.decode(frames, replays: &replays)
    #expect(throws: WireError.self) { try codec.decode(frames, replays: &replays) }
  }

  @Test func theReplayGuardForgetsTheOldest() {
    var replays = ReplayGuard()
    var admitted: [Bool] = []
    for number in 0..<70_000 {
      admitted.append(replays.admit([UInt8(number & 255), UInt8(number >> 8 & 255), UInt8(number >> 16)]))
    }
    #expect(admitted.allSatisfy { $0 })
    let newest = replays.admit([UInt8(69_999 & 255), UInt8(69_999 >> 8 & 255), 1])
    let oldest = replays.admit([0, 0, 0])
    #expect(!newest && oldest)
  }

  @Test func notFiniteNumbersAreText() throws {
    let codec = try codec("")
    var message = message()
    message.content = ["loss": .number(.nan)]
    #expect(codec.encode(message).last == Array(#"{"loss":"NaN"}"#.utf8))
  }

  @Test(arguments: [
    #"{"shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4}"#,
    #"{"shell_port":"x","iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5}"#,
    #"{"shell_port":99999,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5}"#,
    #"{"transport":"udp","shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5}"#,
    "[]", "not json",
  ])
  func badConnectionFilesAreErrors(text: String) throws {
    let path = NSTemporaryDirectory() + UUID().uuidString
    defer { unlink(path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(throws: ConnectionError.self) { try ConnectionFile.read(path) }
  }

  @Test func connectionFileIsPrivateAndReadsBack() throws {
    let path = NSTemporaryDirectory() + UUID().uuidString
    defer { unlink(path) }
    var info = ConnectionInfo()
    info.key = "secret"
    for (index, socket) in ConnectionInfo.sockets.enumerated() { info.ports[socket] = 5_000 + index }
    try ConnectionFile.write(info, to: path)
    #expect(try ConnectionFile.read(path) == .bind(info))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(info.endpoint("iopub") == "tcp://127.0.0.1:5001")
    info.transport = "ipc"
    info.ip = "/tmp/k"
    #expect(info.endpoint("iopub") == "ipc:///tmp/k-5001")
  }

  private func codec(_ key: String) throws -> MessageCodec {
    MessageCodec(signer: try MessageSigner(key: key, scheme: "hmac-sha256"))
  }

  private func message() -> Message {
    var message = MessageFactory().make("execute_request", ["code": "x"])
    message.identities = [[7], [8]]
    return message
  }
}
