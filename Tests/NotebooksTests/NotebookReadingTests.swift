import Foundation
import JSON
import Notebooks
import Testing

@Suite struct NotebookReadingTests {
  private static let minimal = #"{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#

  static func fixture() throws -> [UInt8] {
    let url = try #require(
      Bundle.module.url(forResource: "jupyter", withExtension: "ipynb", subdirectory: "Fixtures"))
    return Array(try Data(contentsOf: url))
  }

  @Test func aNotebookOfJupytersIsWrittenBackByteForByte() throws {
    // Written by nbformat 5.11 (Fixtures/make.py): unknown members, number forms, texts as lines, all kinds of output.
    let bytes = try Self.fixture()
    #expect(
      String(decoding: try Notebook(reading: bytes).written(), as: UTF8.self)
        == String(decoding: bytes, as: UTF8.self))
  }

  @Test func membersKeepTheirOrder() throws {
    let text =
      #"{"nbformat": 4, "z": 1, "nbformat_minor": 5, "a": 2, "cells": [], "metadata": {"y": 1, "x": 2}}"#
    let written = String(decoding: try Notebook(reading: Array(text.utf8)).written(), as: UTF8.self)
    let keys = ["nbformat", "\"z\"", "nbformat_minor", "\"a\"", "cells", "metadata", "\"y\"", "\"x\""]
    let places = keys.compactMap { written.range(of: $0)?.lowerBound }
    #expect(places.count == keys.count)
    #expect(places == places.sorted())
  }

  @Test(arguments: [
    ("{", "not a notebook: invalid JSON at line 1, column 2"),
    ("", "not a notebook: invalid JSON"),
    ("[]", "not a notebook: its JSON is not an object"),
    ("{}", "not a notebook: it has no nbformat number"),
    (
      #"{"nbformat": 3, "nbformat_minor": 0, "worksheets": []}"#,
      "notebook of format 3, want format 4\nfix: convert it"
    ),
    (#"{"nbformat": 5, "nbformat_minor": 0}"#, "notebook of format 5, want format 4"),
    (#"{"nbformat": 4}"#, "it has no nbformat_minor number"),
    (#"{"nbformat": 4, "nbformat_minor": 5}"#, "it has no list of cells"),
    (#"{"nbformat": 4, "nbformat_minor": 5, "cells": []}"#, "its metadata is not an object"),
    (#"{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1]}"#, "cell 1 is not an object"),
    (#"{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{}]}"#, "cell 1 has no cell_type"),
    (
      #"{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "heading"}]}"#,
      "cell 1 is of type \"heading\", want code, markdown or raw"
    ),
    (
      #"{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "raw", "source": 1}]}"#,
      "cell 1: source is neither text nor a list of lines"
    ),
    (
      #"{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "source": "", "outputs": [1]}]}"#,
      "cell 1: outputs is not a list of objects"
    ),
  ])
  func whatIsNoNotebookIsSaidClearly(text: String, message: String) throws {
    let error = try #require(throws: NotebookError.self) { try Notebook(reading: Array(text.utf8)) }
    #expect("\(error)".contains(message))
  }

  @Test(arguments: [
    (#"{"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}"#, "Python 3"),
    (#"{"kernelspec": {"name": "ir"}}"#, "ir"),
    (#"{"language_info": {"name": "julia"}}"#, "julia"),
  ])
  func aNotebookForAnotherKernelIsRefused(metadata: String, name: String) throws {
    let text = Self.minimal.replacingOccurrences(of: "\"metadata\": {}", with: "\"metadata\": \(metadata)")
    let notebook = try Notebook(reading: Array(text.utf8))
    let error = try #require(throws: NotebookError.self) { try notebook.checkKernel() }
    #expect(error.message == "notebook for another kernel: \(name), want CNN (cnnrepl)")
  }

  @Test(arguments: [
    "{}", #"{"kernelspec": {"name": "cnnrepl"}}"#, #"{"kernelspec": {"name": "my-cnn", "language": "cnn"}}"#,
    #"{"language_info": {"name": "cnn"}}"#,
  ])
  func aNotebookForThisKernelIsTaken(metadata: String) throws {
    let text = Self.minimal.replacingOccurrences(of: "\"metadata\": {}", with: "\"metadata\": \(metadata)")
    try Notebook(reading: Array(text.utf8)).checkKernel()
  }

  @Test func anOlderNotebookBecomesFormat45() throws {
    let text = """
      {"cells": [{"cell_type": "code", "source": ["let a = 1\\n", "a"]}, {"cell_type": "markdown", "source": "x", "id": "not valid!"},
       {"cell_type": "raw", "source": "", "id": "same"}, {"cell_type": "raw", "source": "", "id": "same"}],
       "metadata": {}, "nbformat": 4, "nbformat_minor": 1}
      """
    let notebook = try Notebook(reading: Array(text.utf8))
    #expect(notebook.cells[0].source == "let a = 1\na")
    let written = try JSONValue.parse(notebook.written())
    #expect(written["nbformat_minor"] == 5)
    let cells = try #require(written["cells"]?.arrayValue)
    #expect(cells[0]["execution_count"] == .null && cells[0]["outputs"] == [] && cells[0]["metadata"] == [:])
    #expect(cells[0]["source"] == ["let a = 1\n", "a"])
    let ids = cells.compactMap { $0["id"]?.stringValue }
    #expect(Set(ids).count == 4)
    #expect(ids[2] == "same")
    #expect(try Notebook(reading: notebook.written()).written() == notebook.written())
  }

  @Test func mutilatedNotebooksNeverTrap() throws {
    let whole = try Self.fixture()
    var state: UInt64 = 42
    func random(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<3_000 {
      var bytes = whole
      for _ in 0...random(below: 4) {
        let place = random(below: bytes.count)
        switch random(below: 4) {
        case 0: bytes[place] = UInt8(random(below: 256))
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random(below: 40)))
        case 2:
          bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random(below: 60))], at: place)
        default: bytes.insert(contentsOf: Array("[]{}\":,0".utf8).shuffledPart(random(below: 8)), at: place)
        }
        if bytes.isEmpty { bytes = [10] }
      }
      guard let notebook = try? Notebook(reading: bytes) else { continue }
      let written = notebook.written()
      #expect(try Notebook(reading: written).written() == written)
    }
  }
}

extension [UInt8] {
  fileprivate func shuffledPart(_ start: Int) -> [UInt8] { Array(self[start...].prefix(2)) }
}
