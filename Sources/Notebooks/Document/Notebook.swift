import Interpreter
import JSON

/// A notebook of nbformat 4: its cells and every other member it was read with, in order.
package struct Notebook: Sendable, Equatable {
  /// The cells from top to bottom.
  package var cells: [Cell]
  /// The members beside the cells; an empty `cells` keeps their place.
  package private(set) var fields: JSONObject

  /// Makes a notebook for this kernel.
  package init(cells: [Cell] = []) {
    self.cells = cells
    fields = ["cells": [], "metadata": [:], "nbformat": 4, "nbformat_minor": 5]
    nameKernel()
  }

  /// Reads a notebook of format 4.0 and later; the fields it lacks for 4.5 are added.
  package init(reading bytes: [UInt8]) throws {
    let document: JSONValue
    do {
      document = try JSONValue.parse(bytes)
    } catch let error as JSONParseError {
      throw NotebookError("not a notebook: \(error)")
    }
    guard let root = document.objectValue else {
      throw NotebookError("not a notebook: its JSON is not an object")
    }
    try Self.checkFormat(root)
    guard let list = root["cells"]?.arrayValue else {
      throw NotebookError("not a notebook: it has no list of cells")
    }
    guard root["metadata"]?.objectValue != nil else {
      throw NotebookError("not a notebook: its metadata is not an object")
    }
    cells = try list.enumerated().map { try Cell(reading: $1, place: "cell \($0 + 1)") }
    fields = root
    fields["cells"] = []
  }

  private static func checkFormat(_ root: JSONObject) throws {
    guard let format = root["nbformat"]?.intValue else {
      throw NotebookError("not a notebook: it has no nbformat number")
    }
    guard format == 4 else {
      throw NotebookError(
        "notebook of format \(format), want format 4",
        fix: format < 4 ? "convert it: jupyter nbconvert --to notebook FILE" : nil)
    }
    guard root["nbformat_minor"]?.intValue != nil else {
      throw NotebookError("not a notebook: it has no nbformat_minor number")
    }
  }

  /// The notebook's metadata.
  package var metadata: JSONObject {
    get { fields["metadata"]?.objectValue ?? [:] }
    set { fields["metadata"] = .object(newValue) }
  }

  /// Throws unless the notebook is for this kernel or names none.
  package func checkKernel() throws {
    let kernel = metadata["kernelspec"]
    let language = kernel?["language"]?.stringValue ?? metadata["language_info"]?["name"]?.stringValue
    let name = kernel?["name"]?.stringValue
    guard name != KernelIdentity.name, language != KernelIdentity.language else { return }
    guard let other = kernel?["display_name"]?.stringValue ?? name ?? language else { return }
    throw NotebookError(
      "notebook for another kernel: \(other), want \(KernelIdentity.displayName)",
      fix:
        "choose the kernel \(KernelIdentity.displayName) for it in Jupyter, or rewrite it in the language cnn"
    )
  }

  /// Says in the metadata that the notebook belongs to this kernel.
  package mutating func nameKernel() {
    metadata["kernelspec"] = .object(KernelIdentity.kernelspec)
    metadata["language_info"] = .object(KernelIdentity.languageInfo)
  }
}
