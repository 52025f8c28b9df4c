import Datasets
import Foundation
import TensorRuntime
import Testing

@Suite("Fetching files")
struct FetcherTests {
  let folder: TemporaryFolder
  let content = [UInt8]("forty-two bytes of text for a small file.\n".utf8)

  init() throws { folder = try TemporaryFolder() }

  private func file(mirrors: [String], sha256: String? = nil, size: Int? = nil) throws -> RemoteFile {
    let path = try folder.write(content, to: "served/small")
    let right = try RemoteFile.hash(path: path, inflating: true)
    return RemoteFile(
      name: "small", mirrors: mirrors, size: size ?? content.count, checksum: .content(sha256 ?? right))
  }

  private var served: String { "file://\(folder.path)/served/small" }

  private static let hasCurl = ["/usr/bin/curl", "/bin/curl"].contains(
    where: FileManager.default.isExecutableFile)

  @Test("The next mirror is taken when one fails; progress ends complete", .enabled(if: hasCurl))
  func triesMirrors() throws {
    var last: FetchProgress?
    let fetcher = Fetcher { last = $0 }
    let remote = try file(mirrors: ["file:///nowhere/small", served])
    let path = try fetcher.fetch(remote, into: folder.path + "/cache")
    #expect(FileManager.default.contents(atPath: path).map(Array.init) == content)
    #expect(last?.received == content.count)
    #expect(last?.line == "small  0.0 of 0.0 MB (100 %)")
  }

  @Test("Wrong bytes are refused and removed", .enabled(if: hasCurl))
  func checksHash() throws {
    let remote = try file(mirrors: [served], sha256: String(repeating: "0", count: 64))
    let error = #expect(throws: DatasetError.self) {
      try Fetcher().fetch(remote, into: folder.path + "/cache")
    }
    #expect(error?.message.contains("SHA-256 differs") == true)
    #expect(error?.fix?.contains("CNNREPL_DATA") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/cache").isEmpty)
  }

  @Test("A file of another size is refused", .enabled(if: hasCurl), arguments: [10, 1000])
  func checksSize(size: Int) throws {
    let remote = try file(mirrors: [served], size: size)
    #expect(throws: DatasetError.self) { try Fetcher().fetch(remote, into: folder.path + "/cache") }
  }

  @Test("Without curl and wget the error says what to install")
  func needsProgram() throws {
    let fetcher = Fetcher(searchPath: folder.path)
    let remote = try file(mirrors: [served])
    #expect(
      throws: DatasetError(
        "can't fetch small: neither curl nor wget is installed", fix: "apt-get install curl")
    ) { try fetcher.fetch(remote, into: folder.path + "/cache") }
  }

  @Test("A raised token stops a fetch", .enabled(if: hasCurl))
  func stops() throws {
    let token = CancellationToken()
    token.cancel()
    // An address that never answers: the documentation block of RFC 5737.
    let remote = try file(mirrors: ["http://192.0.2.1/small"])
    #expect(throws: Interrupted.self) {
      try Fetcher(cancellation: token).fetch(remote, into: folder.path + "/cache")
    }
  }

  @Test("A download that broke off goes on where it stopped", .enabled(if: hasCurl))
  func resumes() throws {
    let large = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }
    let path = try folder.write(large, to: "served/large")
    let server = try LocalServer(large, breakingOffAfter: [70_000, 0])
    defer { server.stop() }
    let remote = RemoteFile(
      name: "large", mirrors: ["http://127.0.0.1:\(server.port)/large"], size: large.count,
      checksum: .file(try RemoteFile.hash(path: path, inflating: false)))
    let cache = folder.path + "/cache"
    for _ in 0..<2 {
      let error = #expect(throws: DatasetError.self) { try Fetcher().fetch(remote, into: cache) }
      #expect(error?.message.contains("http://127.0.0.1:\(server.port)/large: curl: (18)") == true)
      #expect(FileManager.default.contents(atPath: cache + "/large.part")?.count == 70_000)
    }
    let fetched = try Fetcher().fetch(remote, into: cache)
    #expect(FileManager.default.contents(atPath: fetched).map(Array.init) == large)
    #expect(server.requestedRanges == ["", "bytes=70000-", "bytes=70000-"])
  }

  @Test("What stood in a part of another file is found out, and nothing of it kept", .enabled(if: hasCurl))
  func refusesAForeignPart() throws {
    let server = try LocalServer(content)
    defer { server.stop() }
    let remote = try file(mirrors: ["http://127.0.0.1:\(server.port)/small"])
    try folder.write([UInt8](repeating: 0, count: 10), to: "cache/small.part")
    let error = #expect(throws: DatasetError.self) {
      try Fetcher().fetch(remote, into: folder.path + "/cache")
    }
    #expect(error?.message.contains("SHA-256 differs") == true)
    let path = try Fetcher().fetch(remote, into: folder.path + "/cache")
    #expect(FileManager.default.contents(atPath: path).map(Array.init) == content)
    #expect(server.requestedRanges == ["bytes=10-", ""])
  }
}
