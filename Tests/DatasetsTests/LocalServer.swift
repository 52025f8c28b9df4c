import Foundation

/// Serves one file over HTTP on this machine, from where it is asked to; may break off after so many bytes.
final class LocalServer: @unchecked Sendable {
  private let content: [UInt8]
  private let listener: Int32
  private let lock = NSLock()
  private var breaks: [Int]
  private var ranges: [String] = []
  /// The port it listens on.
  let port: UInt16

  struct Failure: Error {}

  /// Listens; answer by answer breaks off after as many bytes as `breaks` says, then not any more.
  init(_ content: [UInt8], breakingOffAfter breaks: [Int] = []) throws {
    (self.content, self.breaks) = (content, breaks)
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else { throw Failure() }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      while case let client = accept(listener, nil, nil), client >= 0 {
        answer(client)
        close(client)
      }
    }
  }

  deinit { close(listener) }

  /// Ends serving.
  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// The `Range:` of each request so far; empty where there was none.
  var requestedRanges: [String] { lock.withLock { ranges } }

  private func answer(_ client: Int32) {
    var request = ""
    while !request.contains("\r\n\r\n") {
      var chunk = [UInt8](repeating: 0, count: 1024)
      let count = recv(client, &chunk, chunk.count, 0)
      guard count > 0 else { return }
      request += String(decoding: chunk[..<count], as: UTF8.self)
    }
    let line = request.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("range:") } ?? ""
    let range = line.dropFirst("range:".count).trimmingCharacters(in: .whitespaces)
    let start = min(content.count, range.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0)
    let limit: Int? = lock.withLock {
      ranges.append(range)
      return breaks.isEmpty ? nil : breaks.removeFirst()
    }
    var answer = range.isEmpty ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 206 Partial Content\r\n"
    if !range.isEmpty { answer += "Content-Range: bytes \(start)-\(content.count - 1)/\(content.count)\r\n" }
    answer += "Content-Length: \(content.count - start)\r\nConnection: close\r\n\r\n"
    let body = content[start...].prefix(limit ?? content.count)
    let bytes = Array(answer.utf8) + body
    _ = bytes.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }
}
