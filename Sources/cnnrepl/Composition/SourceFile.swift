import ArgumentParser
import Foundation
import Interpreter

/// The files that the command line names.
enum SourceFile {
  /// What a file is, going by its name.
  enum Kind {
    case script
    case notebook
  }

  /// What is wrong with a file.
  struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  /// Tells scripts from notebooks; a name without extension is a script (one may start it through `#!`).
  static func kind(of path: String) throws -> Kind {
    switch URL(fileURLWithPath: path).pathExtension {
    case "ipynb": return .notebook
    case "cnn", "": return .script
    case let other: throw Problem(description: "\(path): is a .\(other) file, want FILE.cnn or FILE.ipynb")
    }
  }

  /// A file's bytes.
  static func bytes(at path: String) throws -> [UInt8] {
    var status = stat()
    guard stat(path, &status) == 0 else { throw unreadable(path) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw Problem(description: "can't read \(path): is a folder")
    }
    guard let file = fopen(path, "rb") else { throw unreadable(path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      bytes.append(contentsOf: chunk[..<count])
      if count < chunk.count { break }
    }
    guard ferror(file) == 0 else { throw unreadable(path) }
    return bytes
  }

  /// A script's text. A first line `#!…` is for the system and becomes a comment; lines keep their numbers.
  static func script(at path: String) throws -> String {
    var bytes = try bytes(at: path)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    guard var text = String(validating: bytes, as: UTF8.self) else {
      throw Problem(description: "\(path): is not UTF-8 text, want a program")
    }
    if text.hasPrefix("#!") { text.replaceSubrange(..<text.index(text.startIndex, offsetBy: 2), with: "//") }
    return text
  }

  private static func unreadable(_ path: String) -> Problem {
    Problem(description: "can't read \(path): \(String(cString: strerror(errno)).lowercasedFirst)")
  }
}

extension String {
  /// The text with its first letter in lower case, as messages start.
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
