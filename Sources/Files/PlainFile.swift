import Foundation

/// Plain files, which have an end: no folders, pipes and devices, at which a reader would wait for ever. Links are
/// followed.
package enum PlainFile {
  /// Why a file was not read: `no such file`, `it is a folder`.
  package struct Unreadable: Error, Equatable {
    /// What stands behind the file's name and a colon.
    package let reason: String

    /// Makes the error.
    package init(reason: String) { self.reason = reason }
  }

  /// Opens a file for reading; whoever calls closes it. Throws ``Unreadable``.
  package static func open(_ path: String) throws -> (descriptor: Int32, size: Int) {
    // A pipe would wait for somebody who writes.
    let descriptor = Foundation.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Unreadable(reason: reason(errno)) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw Unreadable(reason: isFolder ? "it is a folder" : "it is not a plain file")
    }
    return (descriptor, Int(status.st_size))
  }

  /// How many bytes a file has; throws ``Unreadable``.
  package static func size(of path: String) throws -> Int {
    let (descriptor, size) = try open(path)
    close(descriptor)
    return size
  }

  /// What is in a file, also in one that grows or shrinks meanwhile; throws ``Unreadable``, and for more than `limit`
  /// bytes.
  package static func bytes(of path: String, limit: Int) throws -> [UInt8] {
    let (descriptor, size) = try open(path)
    defer { close(descriptor) }
    guard size <= limit else { throw Unreadable(reason: "it has \(size) bytes, wanted at most \(limit)") }
    var bytes: [UInt8] = []
    // What the system itself tells (`/proc`) is said to have no bytes, and has some.
    let step = size > 0 ? size : 1 << 16
    repeat {
      let room = limit - bytes.count
      let part = try part(of: descriptor, count: room < step ? room + 1 : step)
      bytes += part
      guard bytes.count <= limit else {
        throw Unreadable(reason: "it has more than the \(limit) bytes wanted at most")
      }
      if part.count < step { return bytes }
    } while size == 0
    return bytes
  }

  /// The next `count` bytes, fewer at the end.
  private static func part(of descriptor: Int32, count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = read(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled)
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw Unreadable(reason: reason(errno)) }
        if got == 0 { break }
        filled += got
      }
    }
  }

  private static func reason(_ code: Int32) -> String {
    if code == ENOENT { return "no such file" }
    let text = String(cString: strerror(code))
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
