import Files
import Foundation

extension Library.Family {
  /// Text files and folders.
  static let files = Library.Family(
    "Files", functions: [readText, writeText, fileExists, listFiles])

  private static let path = Parameter.positional("path", .string, "where it is")
  /// Larger files are not read as text.
  private static let sizeLimit = Limits.stringBytes

  private static let readText = Builtin(
    "readText", "What stands in a text file.", [path], returns: .string
  ) { call in
    let path = try call.string("path")
    return .string(String(decoding: try read(path, limit: sizeLimit), as: UTF8.self))
  }

  /// A file's bytes, within a limit.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    do { return try PlainFile.bytes(of: path, limit: limit) } catch let error as PlainFile.Unreadable {
      throw EvaluationError(
        "FileError", "can't read \(path): \(error.reason)",
        fix: path.hasPrefix("/") ? nil : "the path is relative to \(FileManager.default.currentDirectoryPath)"
      )
    }
  }

  private static let writeText = Builtin(
    "writeText", "Writes text into a file, which it replaces.",
    [.positional("text", .string, "what to write"), .labelled("to", .string, "the file")], returns: .void
  ) { call in
    try write(Data(try call.string("text").utf8), to: try call.string("to"))
    return .void
  }

  /// Writes a file as a whole, or not at all.
  static func write(_ data: Data, to path: String) throws {
    do { try data.write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw EvaluationError(
        "FileError", "can't write \(path)", fix: "check that its folder exists and may be written to")
    }
  }

  private static let fileExists = Builtin(
    "fileExists", "Whether there is a file or folder.", [path], returns: .bool,
    example: "print(fileExists(\"nowhere.txt\"))"
  ) { call in .bool(FileManager.default.fileExists(atPath: try call.string("path"))) }

  private static let listFiles = Builtin(
    "files", "The names of what is in a folder, sorted.",
    [.labelled("in", .string, "the folder", default: .string("."))], returns: .array(.string)
  ) { call in
    let folder = try call.string("in")
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw EvaluationError("FileError", "can't read the folder \(folder)")
    }
    return .strings(names.sorted())
  }
}
