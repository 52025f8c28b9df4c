import Foundation
import Notebooks

/// Where an executed notebook goes.
struct NotebookTarget {
  /// How messages name it.
  let name: String
  /// The whole path; none is standard output.
  private let path: String?

  /// Works out the place and makes sure, before anything runs, that a file can be written there.
  init(input: String, output: String?, inPlace: Bool) throws {
    if output == "-" {
      name = "standard output"
      path = nil
      return
    }
    name = output ?? (inPlace ? input : Self.besideInput(input))
    let whole = URL(fileURLWithPath: name).path
    path = whole
    let folder = URL(fileURLWithPath: whole).resolvingSymlinksInPath().deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw SourceFile.Problem(description: "can't write \(name): there is no folder \(folder)")
    }
    guard access(folder, W_OK) == 0 else {
      throw SourceFile.Problem(description: "can't write \(name): \(folder) is not writable\nfix: -o PATH")
    }
    if FileManager.default.fileExists(atPath: whole, isDirectory: &isFolder), isFolder.boolValue {
      throw SourceFile.Problem(description: "can't write \(name): is a folder")
    }
  }

  private static func besideInput(_ input: String) -> String {
    (input.hasSuffix(".ipynb") ? String(input.dropLast(6)) : input) + ".executed.ipynb"
  }

  /// Writes what there is after a cell.
  func saveBetweenCells(_ notebook: Notebook) throws {
    if let path { try notebook.write(to: path) }
  }

  /// Writes the notebook as the run left it.
  func saveAtEnd(_ notebook: Notebook) throws {
    if let path { return try notebook.write(to: path) }
    let bytes = notebook.written()
    fwrite(bytes, 1, bytes.count, stdout)
    fflush(stdout)
  }
}
