import Foundation
import Syntax

/// A name that an imported file declares.
struct ImportedName {
  let name: String
  let isConstant: Bool
}

extension Session {
  /// How deep files may import each other.
  private static let importLimit = 32

  /// `import "helpers.cnn"`: runs a file in this session; what it declares stays.
  func importFile(_ path: String, at place: SourcePlace?) throws {
    let url = URL(fileURLWithPath: path)
    guard !imports.contains(url.standardizedFileURL.path) else {
      throw EvaluationError("ImportError", "\(path) imports itself", place: place)
    }
    guard imports.count < Self.importLimit else {
      throw EvaluationError("ImportError", "imports are nested too deeply", place: place)
    }
    let source: SourceFile
    do { source = try Self.read(path) } catch { throw EvaluationError.located(error, place) }
    imports.append(url.standardizedFileURL.path)
    defer { imports.removeLast() }
    switch compile(source, wantsResult: false) {
    case .success(let cell): _ = try evaluate(cell)
    case .failure(let error):
      throw EvaluationError("ImportError", "\(path) has errors:\n\n\(error.text)\n", place: place)
    }
  }

  /// The names that a file and the files it imports declare: read, not run. Throws where a file can't be read.
  func declarations(inFile path: String) throws -> [ImportedName] {
    var names: [ImportedName] = []
    var waiting = [path]
    var seen: Set<String> = []
    while let path = waiting.popLast() {
      guard seen.insert(URL(fileURLWithPath: path).standardizedFileURL.path).inserted,
        seen.count <= Self.importLimit
      else { continue }
      for statement in Parser.parse(try Self.read(path)).statements {
        switch statement.kind {
        case .function(let function): names.append(ImportedName(name: function.name, isConstant: true))
        case .binding(let bindings):
          for binding in bindings {
            names += binding.pattern.names.map {
              ImportedName(name: $0.name, isConstant: binding.isConstant)
            }
          }
        case .importFile(let inner, _): waiting.append(inner)
        default: break
        }
      }
    }
    return names
  }

  private static func read(_ path: String) throws -> SourceFile {
    let bytes = try Library.Family.read(path, limit: Limits.stringBytes)
    return SourceFile(name: path, text: String(decoding: bytes, as: UTF8.self))
  }
}
