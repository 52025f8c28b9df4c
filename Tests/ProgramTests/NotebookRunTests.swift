import Foundation
import JSON
import Notebooks
import Testing

@Suite struct NotebookRunTests {
  private let folder: Scratch

  init() throws { folder = try Scratch() }

  private func write(_ cells: Cell..., name: String = "lab.ipynb") throws {
    try Notebook(cells: cells).write(to: folder.url.appendingPathComponent(name).path)
  }

  private func read(_ name: String) throws -> Notebook {
    try Notebook(reading: Array(folder.read(name).utf8))
  }

  @Test func aNotebookIsRunAndWrittenBesideIt() throws {
    try write(
      Cell(.markdown, source: "# Lab"), Cell(.code, source: "let a = 20\nprint(a)"),
      Cell(.code, source: "a + 1"))
    let before = folder.read("lab.ipynb")
    let run = try ProgramRun("run", "lab.ipynb", in: folder)
    #expect(run.status == 0)
    #expect(run.output == "")
    #expect(run.errors == "[1/2] let a = 20\n    20\n[2/2] a + 1\nwritten to lab.executed.ipynb\n")
    #expect(folder.read("lab.ipynb") == before)
    let cells = try read("lab.executed.ipynb").cells
    #expect(cells[1].outputs == [["name": "stdout", "output_type": "stream", "text": ["20\n"]]])
    #expect(cells[2].outputs.first?["data"]?["text/plain"] == ["21"])
    #expect(cells[2].executionCount == 2)
  }

  @Test func whereItIsWrittenCanBeSaid() throws {
    try write(Cell(.code, source: "1"))
    #expect(try ProgramRun("run", "lab.ipynb", "-o", "out.ipynb", "-q", in: folder).errors == "")
    #expect(try read("out.ipynb").cells[0].executionCount == 1)
    let piped = try ProgramRun("run", "-q", "lab.ipynb", "-o", "-", in: folder)
    #expect(try Notebook(reading: Array(piped.output.utf8)).cells[0].executionCount == 1)
    #expect(try ProgramRun("run", "lab.ipynb", "--in-place", in: folder).status == 0)
    #expect(try read("lab.ipynb").cells[0].executionCount == 1)
    #expect(folder.names == ["lab.ipynb", "out.ipynb"])
  }

  @Test func parametersOverride() throws {
    try write(
      Cell(.code, source: "let n = 1\nlet word = \"a\"", tags: ["parameters"]),
      Cell(.code, source: "print(n, word)"))
    let run = try ProgramRun(
      "run", "lab.ipynb", "-p", "n=5", "-p", "word=b c", "-p", "m=1", "--in-place", in: folder)
    #expect(run.status == 0)
    #expect(run.errors.contains("warning: the notebook's parameters cell doesn't define m\n"))
    #expect(run.errors.contains("    5 b c\n"))
  }

  @Test func aFailingCellEndsTheRunAndIsWritten() throws {
    try write(Cell(.code, source: "print(1)"), Cell(.code, source: "1 / 0"), Cell(.code, source: "print(3)"))
    let run = try ProgramRun("run", "lab.ipynb", "--in-place", in: folder)
    #expect(run.status == 1)
    #expect(run.errors.contains("lab.ipynb: cell [2] failed\n"))
    #expect(run.errors.contains("error: "))
    let cells = try read("lab.ipynb").cells
    #expect(cells[1].outputs.first?["output_type"] == "error")
    #expect(cells[2].outputs.isEmpty)
    let allowed = try ProgramRun("run", "lab.ipynb", "--in-place", "--allow-errors", in: folder)
    #expect(allowed.status == 0)
    #expect(try read("lab.ipynb").cells[2].outputs.count == 1)
  }

  @Test func aCellMayHaveALimitOfTime() throws {
    try write(Cell(.code, source: "while true { }"))
    let run = try ProgramRun("run", "lab.ipynb", "--timeout", "0.05", "--in-place", in: folder)
    #expect(run.status == 1)
    #expect(try read("lab.ipynb").cells[0].outputs.first?["ename"] == "TimeoutError")
  }

  @Test func anInterruptWritesWhatThereIs() throws {
    try write(
      Cell(.code, source: "print(\"before\")"), Cell(.code, source: "print(\"started\")\nwhile true { }"),
      Cell(.code, source: "print(\"never\")"))
    let run = try ProgramRun("run", "lab.ipynb", "--in-place", in: folder, interruptedAfter: "started\n")
    #expect(run.status == 130)
    #expect(run.errors.contains("interrupted at cell [2]"))
    let cells = try read("lab.ipynb").cells
    #expect(cells[0].outputs.count == 1)
    #expect(cells[1].outputs.last?["output_type"] == "error")
    #expect(cells[2].outputs.isEmpty)
  }

  @Test func pathsInCellsAreRelativeToTheNotebook() throws {
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("deep"), withIntermediateDirectories: false)
    try write(Cell(.code, source: "print(1)"), name: "deep/lab.ipynb")
    #expect(try ProgramRun("run", "deep/lab.ipynb", "-o", "out.ipynb", in: folder).status == 0)
    #expect(try read("out.ipynb").cells[0].outputs.count == 1)
  }
}
