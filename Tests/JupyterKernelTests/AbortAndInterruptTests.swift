import Foundation
import JSON
import JupyterKernel
import Testing

@Suite struct AbortTests {
  private static let others: [(String, JSONObject)] = [
    ("complete_request", ["code": "p", "cursor_pos": 1]), ("kernel_info_request", [:]),
    ("comm_info_request", [:]), ("history_request", [:]), ("comm_msg", ["comm_id": "none", "data": [:]]),
  ]

  @Test(arguments: ["fail E", "spin"], [true, false])
  func afterAFailureOnlyQueuedCellsAreAborted(code: String, stops: Bool) throws {
    let front = try TestFrontend()
    defer { front.close() }
    let blocker = front.execute("sleep 0.1")
    let failing = front.execute(code, ["stop_on_error": .bool(stops)])
    let cells = [front.execute("print 1"), front.execute("print 2")]
    let others = Self.others.map { front.send($0.0, $0.1) }
    _ = try front.finish(blocker)
    if code == "spin" { try interruptUntilFinished(front, failing) }
    #expect(try front.finish(failing).reply["status"] == "error")
    for cell in cells {
      let answer = try front.finish(cell)
      #expect(answer.reply["status"] == (stops ? "error" : "ok"))
      if stops {
        #expect(answer.reply["ename"] == "Aborted")
        #expect(answer.reply["execution_count"] != nil)
        #expect(answer.types == ["status", "status"])
      }
    }
    for other in others {
      #expect(try front.finish(other).replies.allSatisfy { $0.content["status"] == "ok" })
    }
    // What is sent after the failure is known runs.
    #expect(try front.finish(front.execute("print 3")).stdout == "3\n")
  }

  /// A "run all" is sent before its front end can know of the failure, even if it arrives after it.
  @Test func cellsStillUnderWayAreAborted() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let early = front.frames("execute_request", ["code": "print 1"])
    _ = try front.finish(front.execute("fail E"))
    front.deliver(early.frames, on: .shell)
    #expect(try front.finish(early.id).reply["ename"] == "Aborted")
    #expect(try front.finish(front.execute("print 2")).reply["status"] == "ok")
  }

  private func interruptUntilFinished(_ front: TestFrontend, _ id: String) throws {
    _ = try front.wait(for: "execute_input", of: id)
    Thread.sleep(forTimeInterval: 0.02)
    _ = try front.finish(front.send("interrupt_request", on: .control))
  }
}

@Suite struct InterruptTests {
  @Test(arguments: ["spin", "ask name?"])
  func aRunningCellEndsAndTheNextRuns(code: String) throws {
    let front = try TestFrontend()
    defer { front.close() }
    for _ in 0..<20 {
      let id = front.execute(code)
      _ = try front.wait(for: code == "spin" ? "execute_input" : "input_request", of: id)
      Thread.sleep(forTimeInterval: 0.005)
      front.send("interrupt_request", on: .control)
      front.kernel.interrupt()
      let answer = try front.finish(id)
      #expect(answer.reply["ename"] == "Interrupted")
      #expect(try front.finish(front.execute("print on")).stdout == "on\n")
    }
  }

  @Test func whenNothingRunsAnInterruptIsHarmless() throws {
    let front = try TestFrontend()
    defer { front.close() }
    for _ in 0..<100 {
      front.kernel.interrupt()
      let answer = try front.finish(front.send("interrupt_request", on: .control))
      #expect(answer.reply == ["status": "ok"])
    }
    #expect(try front.finish(front.execute("print on")).stdout == "on\n")
  }

  @Test func controlAnswersWhileACellRuns() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let cell = front.execute("spin")
    _ = try front.wait(for: "execute_input", of: cell)
    let info = try front.finish(front.send("kernel_info_request", on: .control))
    #expect(info.reply["protocol_version"] == "5.5")
    #expect(
      try front.finish(front.send("usage_request", on: .control)).reply["kernel_memory"]?.intValue ?? 0 > 0)
    // The cell still runs, and whoever looks at the last status sees that.
    let last = try front.waitUntil {
      front.all.last { $0.message.type == "status" }.flatMap {
        $0.message.parent["msg_id"]?.stringValue == cell ? $0.message : nil
      }
    }
    #expect(last?.content["execution_state"] == "busy")
    front.kernel.interrupt()
    _ = try front.finish(cell)
  }

  @Test func shutdownEndsARunningCellAndAnswers() throws {
    let front = try TestFrontend()
    let cell = front.execute("spin")
    _ = try front.wait(for: "execute_input", of: cell)
    let id = front.send("shutdown_request", ["restart": true], on: .control)
    front.kernel.interrupt()
    #expect(front.kernel.isFinished)
    var reply: JSONObject?
    while case .send(let message, let channel) = front.kernel.outbox.next(iopubIsOpen: true, flushing: true) {
      if channel == .control, message.parent["msg_id"]?.stringValue == id { reply = message.content }
    }
    let seen = front.all.first { $0.channel == .control && $0.message.parent["msg_id"]?.stringValue == id }
    #expect((reply ?? seen?.message.content) == ["status": "ok", "restart": true])
  }
}
