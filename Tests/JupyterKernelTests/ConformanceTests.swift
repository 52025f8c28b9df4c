import Foundation
import JSON
import JupyterKernel
import Testing

/// Random requests from several clients: whatever the order, each is bracketed and answered once.
@Suite struct ConformanceTests {
  struct Random {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
  }

  static let requests: [(type: String, content: JSONObject, channel: Channel)] = [
    ("execute_request", ["code": "print a\nresult 1"], .shell),
    ("execute_request", ["code": "fail E"], .shell),
    ("execute_request", ["code": "show d x", "silent": true], .shell),
    ("execute_request", ["code": "lines 50", "store_history": false, "stop_on_error": false], .shell),
    ("complete_request", ["code": "p", "cursor_pos": 1], .shell),
    ("inspect_request", ["code": "known"], .shell),
    ("is_complete_request", ["code": "{"], .shell), ("history_request", [:], .shell),
    ("comm_info_request", [:], .shell), ("kernel_info_request", [:], .shell),
    ("kernel_info_request", [:], .control), ("interrupt_request", [:], .control),
    ("usage_request", [:], .control),
    ("comm_open", ["comm_id": "x", "target_name": "t", "data": [:]], .shell),
  ]

  @Test(arguments: 1...6)
  func everyRequestIsBracketedAndAnsweredOnce(seed: Int) throws {
    let front = try TestFrontend()
    defer { front.close() }
    var random = Random(state: UInt64(seed))
    var sent: [(id: String, type: String, client: String)] = []
    for _ in 0..<150 {
      let request = Self.requests[random.next(Self.requests.count)]
      let client = "client\(random.next(3))"
      let id = front.send(request.type, request.content, on: request.channel, client: client)
      sent.append((id, request.type, client))
      if random.next(10) == 0 { Thread.sleep(forTimeInterval: 0.001) }
    }
    for request in sent {
      let answer = try front.finish(request.id)
      let states = answer.published.filter { $0.type == "status" }.compactMap {
        $0.content["execution_state"]
      }
      #expect(states.first == "busy" && states.last == "idle" && states.count { $0 == "idle" } == 1)
      #expect(answer.messages.last?.message.content["execution_state"] == "idle")
      #expect(answer.replies.count == (request.type.hasSuffix("_request") ? 1 : 0))
      #expect(answer.replies.allSatisfy { $0.identities == [Array(request.client.utf8)] })
    }
    let all = front.all.map(\.message)
    #expect(Set(all.map(\.id)).count == all.count)
    #expect(Set(all.compactMap { $0.header["session"]?.stringValue }).count == 1)
    let counts = all.filter { $0.type == "execute_input" }.compactMap {
      $0.content["execution_count"]?.intValue
    }
    #expect(counts == counts.sorted())
  }

  @Test func startingIsPublishedOnce() throws {
    let front = try TestFrontend()
    defer { front.close() }
    _ = try front.finish(front.send("kernel_info_request"))
    let first = try #require(front.all.first?.message)
    #expect(first.content["execution_state"] == "starting")
    #expect(front.all.count { $0.message.content["execution_state"] == "starting" } == 1)
  }

  /// Frames that no client would send: the kernel drops them and answers the next good request.
  @Test(arguments: 1...4)
  func hostileFramesAreSurvived(seed: Int) throws {
    let front = try TestFrontend()
    defer { front.close() }
    var random = Random(state: UInt64(seed) &* 977)
    for round in 0..<400 {
      var frames = front.frames("execute_request", ["code": "print x"]).frames
      switch random.next(9) {
      case 0: frames.removeAll { $0 == Array("<IDS|MSG>".utf8) }
      case 1: frames.removeLast(random.next(frames.count) + 1)
      case 2:
        let frame = random.next(frames.count)
        if !frames[frame].isEmpty {
          frames[frame][random.next(frames[frame].count)] ^= UInt8(1 + random.next(255))
        }
      case 3:
        frames = (0..<random.next(12)).map { _ in (0..<random.next(40)).map { _ in UInt8(random.next(256)) } }
      case 4: frames = sign([[0xFF, 0xFE], [], Array("{}".utf8), Array("[1".utf8)], front)
      case 5: frames = sign((0..<4).map { _ in Array(String(repeating: "[", count: 10_000).utf8) }, front)
      case 6:
        let deep = String(repeating: #"{"a":"#, count: 10_000) + "1" + String(repeating: "}", count: 10_000)
        frames = sign(
          [Array(#"{"msg_type":"execute_request","msg_id":"1"}"#.utf8), [], [], Array(deep.utf8)], front)
      case 7:
        frames = sign(
          [#"{"msg_type":["x"],"msg_id":{}}"#, "null", "5", #""x""#].map { Array($0.utf8) }, front)
      default:
        let types = ["execute_request", "complete_request", "comm_open", "input_reply", "history_request"]
        let type = types[random.next(types.count)]
        let contents = [
          #"{"code":null,"cursor_pos":"x"}"#, #"{"code":[],"silent":7}"#, "{}", #"{"n":-5,"session":1e300}"#,
          #"{"code":"print 1","user_expressions":[1],"cursor_pos":-9223372036854775808}"#,
        ]
        let header = #"{"msg_type":"\#(type)","msg_id":"\#(seed)-\#(round)"}"#
        let content = contents[random.next(contents.count)]
        frames = sign([header, "{}", "{}", content].map { Array($0.utf8) }, front)
      }
      front.deliver(frames, on: Channel.allCases[random.next(4)])
    }
    #expect(try front.finish(front.execute("print alive")).stdout == "alive\n")
  }

  private func sign(_ parts: [[UInt8]], _ front: TestFrontend) -> [[UInt8]] {
    [Array("id".utf8), Array("<IDS|MSG>".utf8), front.signer.sign(parts[...])] + parts
  }
}
