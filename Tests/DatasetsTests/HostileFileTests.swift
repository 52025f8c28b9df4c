import Datasets
import Files
import Foundation
import ImageCodecs
import TensorRuntime
import Testing

/// Everything that reads files a user names, and what lies there that is no file to read.
@Suite("Files that are none")
struct HostileFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A reader by name; it throws the error that a user sees.
  struct Reader: CustomTestStringConvertible {
    let testDescription: String
    let read: (String) throws -> Void
  }

  static let readers = [
    Reader(testDescription: "images") { _ = try ImageFile.read(path: $0) },
    Reader(testDescription: "masks") { _ = try ImageFile.readLabels(path: $0) },
    Reader(testDescription: "NumPy files") { _ = try ArrayFile.read(path: $0) },
    Reader(testDescription: "tables") { _ = try PixelTable(shape: [1, 1, 1]).read(path: $0) },
    Reader(testDescription: "IDX") { _ = try IDXFile(path: $0, axes: 3) },
    Reader(testDescription: "archives") {
      _ = try TarReader.unpack($0, names: ["a"], into: "/tmp", limit: 1)
    },
  ]

  /// What stands in a place, and what is said of it.
  static let places = [
    ("nothing", "no such file"), ("folder", "it is a folder"), ("pipe", "it is not a plain file"),
    ("device", "it is not a plain file"), ("loop", "too many levels of symbolic links"),
    ("dangling", "no such file"),
  ]

  private func make(_ kind: String) throws -> String {
    let path = folder.path + "/" + kind
    switch kind {
    case "folder": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    case "pipe": try #require(mkfifo(path, 0o600) == 0)
    case "device": try #require(symlink("/dev/zero", path) == 0)
    case "loop": try #require(symlink(path, path) == 0)
    case "dangling": try #require(symlink(folder.path + "/nowhere", path) == 0)
    default: break
    }
    return path
  }

  @Test("What is no plain file is an error that says so, and nobody waits", arguments: readers, places)
  func refuses(reader: Reader, place: (kind: String, says: String)) throws {
    let path = try make(place.kind)
    let error = #expect(throws: (any Error).self) { try reader.read(path) } as? any ExplainedError
    #expect(error?.message == "can't read \(path): \(place.says)")
  }

  @Test("Empty files are errors", arguments: readers)
  func refusesEmptyFiles(reader: Reader) throws {
    let path = try folder.write([], to: "empty")
    let error = #expect(throws: (any Error).self) { try reader.read(path) } as? any ExplainedError
    #expect(error?.message.contains(path) == true)
  }

  @Test("Links are followed")
  func followsLinks() throws {
    let image = try PixelImage(width: 2, height: 1, channels: 1, pixels: [3, 4])
    try folder.write(PNG.encode(image), to: "a.png")
    try folder.write(NPY.encode(NumericArray(shape: [2], elements: .bytes([5, 6]))), to: "a.npy")
    for name in ["a.png", "a.npy"] { try #require(symlink(name, folder.path + "/link-" + name) == 0) }
    #expect(try ImageFile.read(path: folder.path + "/link-a.png") == image)
    #expect(try ArrayFile.read(path: folder.path + "/link-a.npy")[""]?.elements == .bytes([5, 6]))
  }

  @Test("A file beyond the limit is refused before it is read; one that shrinks gives what is left")
  func limits() throws {
    let path = try folder.write([1, 2, 3], to: "sparse")
    try #require(truncate(path, 1 << 40) == 0)
    #expect(throws: PlainFile.Unreadable(reason: "it has 1099511627776 bytes, wanted at most 16")) {
      try PlainFile.bytes(of: path, limit: 16)
    }
    #expect(throws: ImageError("can't read \(path): it has 1099511627776 bytes, wanted at most 268435456")) {
      try ImageFile.read(path: path)
    }
    try #require(truncate(path, 2) == 0)
    #expect(try PlainFile.bytes(of: path, limit: 2) == [1, 2])
  }

  @Test("Files nobody may read are named", .enabled(if: geteuid() != 0, "root may read everything"))
  func permissions() throws {
    let path = try folder.write([1], to: "secret")
    try #require(chmod(path, 0) == 0)
    #expect(throws: PlainFile.Unreadable(reason: "permission denied")) {
      try PlainFile.bytes(of: path, limit: 10)
    }
  }

  @Test("An archive whose arrays together are too large is refused before any is unpacked")
  func archives() throws {
    // Two entries of the archive made by NumPy, whose directory says that each has a gigabyte and a half.
    var bytes = ArrayFileTests.archive
    let directory = bytes.indices.filter { Array(bytes[$0...].prefix(4)) == [0x50, 0x4B, 1, 2] }
    #expect(directory.count == 2)
    for start in directory { bytes.replaceSubrange(start + 24..<start + 28, with: [0, 0, 0, 0x60]) }
    let error = #expect(throws: DatasetError.self) { try NPZ.decode(bytes, name: "x.npz") }
    #expect(error?.message == "x.npz declares 3221225472 bytes of arrays, wanted at most 2147483648")
  }
}
