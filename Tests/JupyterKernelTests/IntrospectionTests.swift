import Foundation
import JSON
import JupyterKernel
import Testing

@Suite struct IntrospectionTests {
  @Test func kernelInfoHasWhatFrontEndsRead() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let info = try front.finish(front.send("kernel_info_request")).reply
    #expect(info["implementation_version"] == "1.2.3")
    #expect(info["language_info"]?["name"] == "cnn")
    #expect(info["language_info"]?["file_extension"] == ".cnn")
    #expect(info["language_info"]?["mimetype"] == "text/x-swift")
    #expect(info["language_info"]?["pygments_lexer"] == "swift")
    #expect(info["supported_features"] == ["kernel subshells"])
    #expect(info["banner"]?.stringValue?.isEmpty == false)
  }

  /// Cursors count code points: an emoji is one, with a skin tone two, a letter with a combining accent two.
  @Test(arguments: [
    ("p", 1, 0), ("\u{1F600} p", 3, 2), ("\u{1F44D}\u{1F3FD} p", 4, 3), ("e\u{301} p", 4, 3),
    ("a\r\np", 4, 0),
    ("p", 99, 0), ("p", -1, 0),
  ])
  func cursorsCountCodePoints(code: String, cursor: Int, start: Int) throws {
    let front = try TestFrontend()
    defer { front.close() }
    let content: JSONObject = ["code": .string(code), "cursor_pos": .integer(cursor)]
    let reply = try front.finish(front.send("complete_request", content)).reply
    let end = max(0, min(cursor, code.unicodeScalars.count))
    #expect(reply["cursor_start"] == .integer(start))
    #expect(reply["cursor_end"] == .integer(end))
    #expect(reply["matches"] == ["print", "p\u{1D465}"])
    let typed = reply["metadata"]?["_jupyter_types_experimental"]
    #expect(
      typed?[0] == ["text": "print", "type": "function", "start": .integer(start), "end": .integer(end)])
  }

  @Test func inspection() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let known = try front.finish(
      front.send("inspect_request", ["code": "known", "cursor_pos": 2, "detail_level": 1]))
    #expect(known.reply["found"] == true)
    #expect(known.reply["data"]?["text/plain"] == "detail 1 at 2")
    let unknown = try front.finish(front.send("inspect_request", ["code": "x", "cursor_pos": 1]))
    #expect(unknown.reply == ["status": "ok", "found": false, "data": [:], "metadata": [:]])
  }

  @Test func completenessIsAnsweredWhileACellRuns() throws {
    let front = try TestFrontend()
    defer { front.close() }
    _ = try front.finish(front.execute("print 1"))
    let cell = front.execute("spin")
    _ = try front.wait(for: "execute_input", of: cell)
    let incomplete = try front.finish(front.send("is_complete_request", ["code": "func f() {"])).reply
    #expect(incomplete == ["status": "incomplete", "indent": "    "])
    #expect(try front.finish(front.send("is_complete_request", ["code": "}"])).reply["status"] == "invalid")
    #expect(
      try front.finish(front.send("is_complete_request", ["code": "1"])).reply == ["status": "complete"])
    // Completion and inspection pass the running cell too.
    #expect(try front.finish(front.send("complete_request", ["code": "p"])).reply["status"] == "ok")
    front.kernel.interrupt()
    _ = try front.finish(cell)
  }

  @Test func subshellsAnswerWhileACellRuns() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let made = try front.finish(front.send("create_subshell_request", on: .control)).reply
    let name = try #require(made["subshell_id"])
    let cell = front.execute("spin")
    _ = try front.wait(for: "execute_input", of: cell)
    for type in [
      "complete_request", "inspect_request", "comm_info_request", "kernel_info_request", "history_request",
    ] {
      let answer = try front.finish(
        front.send(type, ["code": "p", "cursor_pos": 1], header: ["subshell_id": name]))
      #expect(answer.reply["status"] == "ok")
      #expect(answer.replies.first?.parent["subshell_id"] == name)
    }
    #expect(
      try front.finish(front.send("list_subshell_request", on: .control)).reply["subshell_id"] == [name])
    let unknown = try front.finish(
      front.send("complete_request", ["code": "p"], header: ["subshell_id": "no"]))
    #expect(unknown.reply["status"] == "error")
    let delete: JSONObject = ["subshell_id": name]
    #expect(
      try front.finish(front.send("delete_subshell_request", delete, on: .control)).reply["status"] == "ok")
    #expect(
      try front.finish(front.send("delete_subshell_request", delete, on: .control)).reply["status"] == "error"
    )
    front.kernel.interrupt()
    _ = try front.finish(cell)
  }

  @Test func commsWithUnknownTargetsAreClosed() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let open = try front.finish(
      front.send("comm_open", ["comm_id": "c1", "target_name": "nobody", "data": [:]]))
    #expect(open.types == ["status", "comm_close", "status"])
    #expect(open.first("comm_close")?["comm_id"] == "c1")
    let control = try front.finish(
      front.send("comm_open", ["comm_id": "c2", "target_name": "jupyter.widget.control", "data": [:]]))
    #expect(control.types == ["status", "status"])
    let info = try front.finish(front.send("comm_info_request")).reply
    #expect(info["comms"] == ["c2": ["target_name": "jupyter.widget.control"]])
    let states = try front.finish(
      front.send("comm_msg", ["comm_id": "c2", "data": ["method": "request_states"]]))
    #expect(states.first("comm_msg")?["data"]?["method"] == "update_states")
    _ = try front.finish(front.send("comm_close", ["comm_id": "c2", "data": [:]]))
    #expect(try front.finish(front.send("comm_info_request")).reply["comms"] == [:])
  }

  /// As JupyterLab's widget manager does: it asks for all widgets, draws the model, and sends what the user moves
  /// while the cell runs.
  @Test func controlsOfARunningCellAreWidgets() throws {
    let front = try TestFrontend()
    defer { front.close() }
    #expect(try front.finish(front.execute("controls")).stdout == "no controls\n")
    _ = try front.finish(
      front.send("comm_open", ["comm_id": "c", "target_name": "jupyter.widget.control", "data": [:]]))
    let cell = front.execute("controls")
    let display = try front.wait(for: "display_data", of: cell)
    let view = display.content["data"]?["application/vnd.jupyter.widget-view+json"]
    let opened = front.all.filter { $0.message.type == "comm_open" }.map(\.message)
    #expect(opened.allSatisfy { $0.metadata["version"] == "2.1.0" })
    var widgets: [String: JSONObject] = [:]
    for open in opened {
      widgets[open.content["comm_id"]?.stringValue ?? ""] = open.content["data"]?["state"]?.objectValue
    }
    let root = try #require(widgets[view?["model_id"]?.stringValue ?? ""])
    let children = try #require(root["children"]?.arrayValue).compactMap {
      $0.stringValue?.replacingOccurrences(of: "IPY_MODEL_", with: "")
    }
    #expect(
      children.map { widgets[$0]?["_model_name"] } == [
        "ToggleButtonModel", "ButtonModel", "FloatLogSliderModel",
      ])
    #expect(widgets[children[2]]?["min"] == -5.0)
    func move(_ child: Int, _ data: JSONValue) throws -> Answer {
      try front.finish(front.send("comm_msg", ["comm_id": .string(children[child]), "data": data]))
    }
    let echo = try move(0, ["method": "update", "state": ["value": true], "buffer_paths": []])
    #expect(echo.first("comm_msg")?["data"]?["method"] == "echo_update")
    _ = try move(2, ["method": "update", "state": ["value": 0.1], "buffer_paths": []])
    let state = try move(2, ["method": "request_state"])
    #expect(state.first("comm_msg")?["data"]?["state"]?["value"] == 0.1)
    _ = try move(1, ["method": "custom", "content": ["event": "click"]])
    let answer = try front.finish(cell)
    #expect(answer.stdout == "pause 1.0, rate 0.1, stop 1.0\n")
    #expect(answer.types.count { $0 == "comm_close" } == opened.count)
    #expect(answer.first("update_display_data")?["data"] == ["text/plain": ""])
    #expect(
      try front.finish(front.send("comm_info_request", ["target_name": "jupyter.widget"])).reply["comms"]
        == [:])
  }

  @Test func unknownRequestsGetAnErrorReplyAndUnknownMessagesNone() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let request = try front.finish(front.send("brew_request"))
    #expect(request.replies.first?.type == "brew_reply")
    #expect(request.reply["status"] == "error")
    #expect(try front.finish(front.send("brewing")).replies.isEmpty)
  }
}

@Suite struct HistoryTests {
  private let path = NSTemporaryDirectory() + "cnnrepl-history-\(UUID().uuidString)/history.jsonl"

  @Test func isKeptPrivatelyAndFoundAgain() throws {
    let first = try TestFrontend(historyPath: path)
    for code in ["print a", "result 7", "print a"] { _ = try first.finish(first.execute(code)) }
    _ = try first.finish(first.execute("print hidden", ["store_history": false]))
    first.close()
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)

    let second = try TestFrontend(historyPath: path)
    defer {
      second.close()
      try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent)
    }
    _ = try second.finish(second.execute("print new"))
    func history(_ content: JSONObject) throws -> JSONValue? {
      try second.finish(second.send("history_request", content)).reply["history"]
    }
    #expect(
      try history(["hist_access_type": "tail", "n": 2]) == [[1, 3, "print a"], [2, 1, "print new"]])
    #expect(
      try history(["hist_access_type": "range", "session": -1, "start": 1, "stop": 3, "output": true])
        == [[1, 1, ["print a", nil]], [1, 2, ["result 7", "7"]]])
    #expect(try history(["hist_access_type": "range", "session": 0]) == [[2, 1, "print new"]])
    #expect(
      try history(["hist_access_type": "search", "pattern": "print*", "unique": true])
        == [[1, 3, "print a"], [2, 1, "print new"]])
    #expect(
      try history(["hist_access_type": "search", "pattern": "print*", "n": 1]) == [[2, 1, "print new"]])
    #expect(try history(["hist_access_type": "search", "pattern": "resul?\u{20}7"]) == [[1, 2, "result 7"]])
    #expect(
      try second.finish(second.send("history_request", ["hist_access_type": "x"])).reply["status"] == "error")
  }
}
