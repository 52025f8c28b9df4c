import Foundation
import JSON
import JupyterKernel
import Testing

@Suite struct ExecuteTests {
  @Test func outputResultReplyAndIdleComeInOrder() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let id = front.execute("print a\nprint b\nresult 42")
    let answer = try front.finish(id)
    #expect(answer.types == ["status", "execute_input", "stream", "execute_result", "status"])
    #expect(answer.stdout == "a\nb\n")
    let order = answer.messages.map(\.message.type)
    #expect(order.suffix(2) == ["execute_reply", "status"])
    #expect(answer.first("execute_input")?["execution_count"] == 1)
    #expect(answer.first("execute_result")?["data"]?["text/plain"] == "42")
    #expect(answer.first("execute_result")?["data"]?["image/png"] == "AQID")
    #expect(answer.reply["status"] == "ok")
    #expect(answer.reply["execution_count"] == 1)
    let reply = try #require(answer.replies.first)
    #expect(reply.identities == [Array("client".utf8)])
    #expect(reply.header["session"]?.stringValue != reply.parent["session"]?.stringValue)
  }

  @Test func streamsKeepTheirOrder() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let answer = try front.finish(front.execute("print a\nerr b\nprint c"))
    let streams = answer.published.filter { $0.type == "stream" }.compactMap {
      $0.content["text"]?.stringValue
    }
    #expect(streams == ["a\n", "b\n", "c\n"])
  }

  @Test func displaysAndUpdates() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let answer = try front.finish(front.execute("show d1 one\nupdate d1 two\nclear"))
    #expect(
      answer.types == [
        "status", "execute_input", "display_data", "update_display_data", "clear_output", "status",
      ])
    #expect(answer.first("display_data")?["transient"]?["display_id"] == "d1")
    #expect(answer.first("display_data")?["metadata"] == [:])
    #expect(answer.first("update_display_data")?["data"]?["text/plain"] == "two")
    #expect(answer.first("clear_output")?["wait"] == true)
  }

  @Test func anErrorIsReportedOnceAndInFull() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let answer = try front.finish(front.execute("fail ShapeError"))
    #expect(answer.types == ["status", "execute_input", "error", "status"])
    for content in [answer.first("error") ?? [:], answer.reply] {
      #expect(content["ename"] == "ShapeError")
      #expect(content["evalue"] == "it failed")
      #expect(content["traceback"] == ["ShapeError: it failed", "  at line 1"])
    }
    #expect(answer.reply["execution_count"] == 1)
  }

  @Test func silentCellsShowNothingAndDoNotCount() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let silent = try front.finish(front.execute("print x\nresult 1\nshow a b", ["silent": true]))
    #expect(silent.types == ["status", "status"])
    #expect(silent.reply["execution_count"] == 0)
    let unstored = try front.finish(front.execute("result 1", ["store_history": false]))
    #expect(unstored.reply["execution_count"] == 0)
    #expect(unstored.types.contains("execute_result"))
    let stored = try front.finish(front.execute("result 1"))
    #expect(stored.reply["execution_count"] == 1)
  }

  @Test func userExpressions() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let wanted: JSONObject = ["user_expressions": ["a": "x", "b": "bad", "c": 3]]
    let values = try #require(try front.finish(front.execute("print 1", wanted)).reply["user_expressions"])
    #expect(values["a"]?["status"] == "ok")
    #expect(values["a"]?["data"]?["text/plain"] == "x")
    #expect(values["b"]?["status"] == "error")
    #expect(values["c"]?["status"] == "error")
    let failed = try front.finish(front.execute("fail E", wanted))
    #expect(failed.reply["user_expressions"] == [:])
  }

  @Test func helpIsPaged() throws {
    let front = try TestFrontend()
    defer { front.close() }
    for (code, text) in [("known?", "detail 0 at 5"), ("??known", "detail 1 at 5")] {
      let reply = try front.finish(front.execute(code)).reply
      #expect(reply["payload"]?[0]?["source"] == "page")
      #expect(reply["payload"]?[0]?["data"]?["text/plain"] == .string(text))
    }
    let reply = try front.finish(front.execute("quit")).reply
    #expect(reply["payload"]?[0]?["source"] == "ask_exit")
  }

  @Test(arguments: ["execute_request", "complete_request", "inspect_request", "is_complete_request"])
  func aRequestWithoutCodeGetsAnErrorReply(type: String) throws {
    let front = try TestFrontend()
    defer { front.close() }
    let answer = try front.finish(front.send(type, ["code": 5]))
    #expect(answer.reply["status"] == "error")
    #expect(answer.types == ["status", "status"])
  }

  @Test func tooLongACellIsAnError() throws {
    let front = try TestFrontend { $0.sourceLimit = 100 }
    defer { front.close() }
    let answer = try front.finish(front.execute("print " + String(repeating: "x", count: 200)))
    #expect(answer.reply["ename"] == "SourceTooLong")
    #expect(front.evaluator.executed.isEmpty)
  }

  @Test func questionsAreAskedOnlyWhereAllowed() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let refused = try front.finish(front.execute("ask name?", ["allow_stdin": false]))
    #expect(refused.reply["status"] == "error")
    let id = front.execute("ask name?\npassword secret?")
    let first = try front.wait(for: "input_request", of: id)
    #expect(first.content == ["prompt": "name?", "password": false])
    #expect(first.identities == [Array("client".utf8)])
    front.send("input_reply", ["value": "stale"], on: .stdin)
    // A second answer to the first question isn't taken for one to the next.
    front.deliver(replyFrames(to: first, "again", front), on: .stdin)
    let second = try #require(
      try front.waitUntil {
        front.all.filter { $0.message.type == "input_request" }.dropFirst().first?.message
      })
    #expect(second.content["password"] == true)
    front.deliver(replyFrames(to: first, "late", front), on: .stdin)
    front.deliver(replyFrames(to: second, "geheim", front), on: .stdin)
    #expect(try front.finish(id).stdout == "got stale\ngot geheim\n")
  }

  private func replyFrames(to request: Message, _ value: String, _ front: TestFrontend) -> [[UInt8]] {
    var reply = front.factory.make("input_reply", ["value": .string(value)], parent: request)
    reply.identities = request.identities
    return MessageCodec(signer: front.signer).encode(reply)
  }
}

extension TestFrontend {
  /// Waits until something has come about.
  func waitUntil<Value>(seconds: Double = 10, _ value: () -> Value?) throws -> Value? {
    let end = monotonicSeconds() + seconds
    while monotonicSeconds() < end {
      if let value = value() { return value }
      Thread.sleep(forTimeInterval: 0.002)
    }
    return nil
  }
}
