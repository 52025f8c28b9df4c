import Interpreter
import JSON
import Notebooks
import TensorRuntime
import Testing

@Suite struct NotebookRunnerTests {
  @Test func printedTextIsMergedByStream() throws {
    let run = try ScriptedRun("out a\nout b\nerr c\nout d", "out e")
    #expect(run.shown(0) == ["stdout:a\nb\n", "stderr:c\n", "stdout:d\n"])
    #expect(run.shown(1) == ["stdout:e\n"])
    #expect(run.ending == "succeeded")
  }

  @Test func resultsCarryTheCellsNumber() throws {
    let run = try ScriptedRun("out a", "show - x\nresult 4")
    #expect(run.shown(1) == ["display:x", "result[2]:4"])
    #expect(run.notebook.cells.map(\.executionCount) == [1, 2])
  }

  @Test func picturesAreBase64WithTheirSize() throws {
    let run = try ScriptedRun("picture")
    let output = try #require(run.notebook.cells[0].outputs.first)
    #expect(output["data"]?["image/png"] == "AQID")
    #expect(output["data"]?["text/plain"] == "[picture]")
    #expect(output["metadata"]?["image/png"] == ["height": 14, "width": 28])
  }

  @Test func aFloodOfTextIsCutOff() throws {
    let line = "out " + String(repeating: "x", count: 1 << 20)
    let run = try ScriptedRun(Array(repeating: line, count: 20).joined(separator: "\n"), "out a")
    #expect(run.shown(0).map(\.utf8.count).reduce(0, +) < 18 << 20)
    #expect(run.shown(0).last?.contains("the rest is left out") == true)
    #expect(run.shown(1) == ["stdout:a\n"])
  }

  @Test func displaysAreUpdatedInPlaceAlsoByLaterCells() throws {
    let run = try ScriptedRun("show bar 1\nout a\nupdate bar 2", "update bar 3\nupdate other x")
    #expect(run.shown(0) == ["display:3", "stdout:a\n"])
    #expect(run.shown(1) == [])
  }

  @Test func howWorkGoesIsToldInTheLogAlone() throws {
    let run = try ScriptedRun("show bar 1\nlog step 1\nupdate bar 2\nlog step 2\nout a")
    #expect(run.shown(0) == ["display:2", "stdout:a\n"])
    #expect(run.log.contains("step 1\n") && run.log.contains("step 2\n"))
  }

  @Test func clearingRemovesWhatTheCellShowed() throws {
    #expect(try ScriptedRun("out a\nclear\nout b").shown(0) == ["stdout:b\n"])
    #expect(try ScriptedRun("out a\nclear-wait").shown(0) == ["stdout:a\n"])
    #expect(try ScriptedRun("out a\nclear-wait\nshow - b").shown(0) == ["display:b"])
    #expect(try ScriptedRun("out a\nclear-wait\nresult b").shown(0) == ["result[1]:b"])
  }

  @Test func anErrorEndsTheRunAndIsWritten() throws {
    let run = try ScriptedRun("out a", "out b\nfail\nout never", "out never")
    #expect(run.ending == "failed 2")
    #expect(run.shown(1) == ["stdout:b\n", "error:TypeError"])
    #expect(run.shown(2) == [])
    #expect(run.notebook.cells[2].executionCount == nil)
    let error = run.notebook.cells[1].outputs.last
    #expect(error?["evalue"] == "got Int, want Tensor")
    #expect(error?["traceback"] == ["error: got Int, want Tensor", " at 1"])
  }

  @Test func errorsCanBeAllowedForAllCellsOrOne() throws {
    let all = try ScriptedRun("fail", "out b", allowingErrors: true)
    #expect(all.ending == "succeeded")
    #expect(all.shown(1) == ["stdout:b\n"])
    let one = try ScriptedRun([
      Cell(.code, source: "fail", tags: ["raises-exception"]), Cell(.code, source: "fail"),
    ])
    #expect(one.ending == "failed 2")
    #expect(one.shown(0) == ["error:TypeError"])
  }

  @Test func cellsThatHoldNoProgramAreLeftAlone() throws {
    var skipped = Cell(.code, source: "fail", tags: ["skip-execution"])
    skipped.outputs = [["name": "stdout", "output_type": "stream", "text": "kept"]]
    let run = try ScriptedRun([
      Cell(.markdown, source: "fail"), Cell(.raw, source: "fail"), Cell(.code, source: " \n"), skipped,
      Cell(.code, source: "out a"),
    ])
    #expect(run.ending == "succeeded")
    #expect(run.shown(3) == ["stdout:kept"])
    #expect(run.notebook.cells[4].executionCount == 1)
  }

  @Test func outputsOfAnEarlierRunGo() throws {
    var stale = Cell(.code, source: "out new")
    stale.outputs = [["name": "stdout", "output_type": "stream", "text": "old"]]
    stale.executionCount = 40
    let run = try ScriptedRun([Cell(.code, source: "fail"), stale])
    #expect(run.shown(1) == [])
    #expect(run.notebook.cells[1].executionCount == nil)
  }

  @Test func aCellThatTakesTooLongIsInterrupted() throws {
    let cells = [Cell(.code, source: "out a\nhang"), Cell(.code, source: "out b")]
    let run = try ScriptedRun(cells) { $0.cellTimeout = 0.01 }
    #expect(run.ending == "failed 1")
    #expect(run.shown(0) == ["stdout:a\n", "error:TimeoutError"])
    let tolerant = try ScriptedRun(cells) {
      $0.cellTimeout = 0.01
      $0.allowsErrors = true
    }
    #expect(tolerant.ending == "succeeded")
    #expect(tolerant.shown(1) == ["stdout:b\n"])
  }

  @Test func anInterruptEndsTheRunAndMarksTheCell() throws {
    let session = ScriptedSession()
    let stop = CancellationToken()
    let executor = CellExecutor(interruption: session.interruption) { source, sink in
      // Somebody presses Ctrl-C while the second cell runs.
      if source == "hang" {
        stop.cancel()
        return ExecutionResult(
          outcome: .interrupted(
            RenderedError(
              kind: "Interrupted", message: "interrupted", text: "interrupted", coloredText: "interrupted")),
          executionCount: 2)
      }
      return session.executor.execute(source, sink)
    }
    let cells = ["out a", "hang", "out c"].map { Cell(.code, source: $0) }
    let runner = NotebookRunner(Notebook(cells: cells), with: executor, stop: stop)
    guard case .interrupted(cell: 2) = try runner.run() else {
      Issue.record("the run was not interrupted at cell 2")
      return
    }
    #expect(runner.notebook.cells[0].outputs.count == 1)
    #expect(runner.notebook.cells[1].outputs.first?["ename"] == "Interrupted")
    #expect(runner.notebook.cells[2].outputs.isEmpty)
  }

  @Test func nobodyCanBeAsked() throws {
    let run = try ScriptedRun("ask")
    #expect(run.ending == "failed 1")
    let message = run.notebook.cells[0].outputs.first?["evalue"]?.stringValue ?? ""
    #expect(message.contains("input(…) can't ask"))
    #expect(message.contains("-p NAME=VALUE"))
  }

  @Test func theLogHasALinePerCellAndWhatItPrints() throws {
    let run = try ScriptedRun("// a comment\nout epoch 1\nout epoch 2", "show - x", "fail")
    #expect(
      run.log == """
        [1/3] out epoch 1
            epoch 1
            epoch 2
        [2/3] show - x
        [3/3] fail

        """)
  }

  @Test func theNotebookIsSavedAfterEachCell() throws {
    let session = ScriptedSession()
    let notebook = Notebook(cells: ["out a", "out b"].map { Cell(.code, source: $0) })
    var saved: [[Int]] = []
    _ = try NotebookRunner(notebook, with: session.executor).run {
      saved.append($0.cells.map(\.outputs.count))
    }
    #expect(saved == [[1, 0], [1, 1]])
  }

  @Test func theNotebookNamesThisKernel() throws {
    let run = try ScriptedRun("out a")
    #expect(run.notebook.metadata["kernelspec"]?["name"] == "cnnrepl")
    #expect(run.notebook.metadata["language_info"]?["file_extension"] == ".cnn")
  }
}
