import Foundation
import JSON
import JupyterKernel
import Testing

@Suite struct OutputTests {
  /// What a terminal shows after the text: the carriage return moves to the line's start, text overwrites.
  private func screen(_ text: String) -> [String] {
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var shown: [Unicode.Scalar] = []
      var column = 0
      for scalar in line {
        if scalar == "\r" {
          column = 0
        } else {
          if column < shown.count { shown[column] = scalar } else { shown.append(scalar) }
          column += 1
        }
      }
      return shown.map(String.init).joined()
    }
  }

  @Test(arguments: [
    ("1%\r2%\r3%", "1%\r3%"), ("x\n1%\r2%\r3%\n", "x\n3%\n"), ("\rlong text\rshort", "\rlong text\rshort"),
    ("a\r\nb\r\n", "a\nb\n"), ("x\n10%\r11%\r", "x\n11%\r"), ("plain\ntext", "plain\ntext"),
  ])
  func whatWasOverwrittenIsLeftOut(text: String, expected: String) {
    var stream = StreamText()
    stream.append(text.utf8)
    stream.collapse()
    #expect(String(decoding: stream.bytes, as: UTF8.self) == expected)
  }

  @Test func collapsingNeverChangesTheScreen() {
    var state: UInt64 = 1
    func random(_ bound: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % bound)
    }
    for _ in 0..<500 {
      var stream = StreamText()
      var whole = ""
      for _ in 0..<6 {
        let piece = String((0..<random(12)).map { _ in Array("ab\u{E9}\r\r\n")[random(5)] })
        whole += piece
        stream.append(piece.utf8)
        if random(2) == 0 { stream.collapse() }
      }
      stream.collapse()
      #expect(screen(String(decoding: stream.bytes, as: UTF8.self)) == screen(whole))
    }
  }

  @Test func charactersCutAtAnEdgeWaitForTheirRest() {
    let text = "a\u{E9}\u{20AC}\u{1F600}z"
    for size in 1...4 {
      var assembler = UTF8Assembler()
      var result = ""
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        result += String(decoding: assembler.take(rest.prefix(size)), as: UTF8.self)
        rest = rest.dropFirst(size)
      }
      result += String(decoding: assembler.finish(), as: UTF8.self)
      #expect(result == text)
    }
  }

  @Test func nothingOfAFloodIsLost() throws {
    let front = try TestFrontend()
    defer { front.close() }
    let start = monotonicSeconds()
    let answer = try front.finish(front.execute("lines 300000"), seconds: 60)
    let seconds = monotonicSeconds() - start
    #expect(answer.stdout == (0..<300_000).map { "line \($0)\n" }.joined())
    // No more than a message for each time that text waits for more of it, and those that are full.
    #expect(Double(answer.types.count) < 20 + seconds / Outbox.holdSeconds)
    let longest = answer.published.compactMap { $0.content["text"]?.stringValue?.utf8.count }.max() ?? 0
    #expect(longest <= Outbox.messageBytes)
  }

  @Test func tooMuchOutputGoesToAFile() throws {
    let front = try TestFrontend { $0.outputLimit = 1_000 }
    defer { front.close() }
    let answer = try front.finish(front.execute("lines 500"))
    let whole = (0..<500).map { "line \($0)\n" }.joined()
    let stderr = answer.published.filter { $0.content["name"] == "stderr" }
      .compactMap { $0.content["text"]?.stringValue }.joined()
    #expect(answer.stdout == whole.prefix(1_000))
    let path = try #require(stderr.firstMatch(of: #/goes to (\S+);/#)).1
    defer { unlink(String(path)) }
    #expect(try String(contentsOfFile: String(path), encoding: .utf8) == whole.dropFirst(1_000))
    #expect(try front.finish(front.execute("print again")).stdout == "again\n")
  }

  @Test func repliesPassOutputThatNobodyTakes() {
    let factory = MessageFactory()
    let outbox = Outbox(factory: factory)
    let parent = factory.make("execute_request", [:])
    outbox.post(factory.make("status", [:]), on: .iopub)
    outbox.post(Array("text".utf8), toStream: "stdout", parent: parent)
    outbox.post(factory.make("interrupt_reply", [:]), on: .control)
    guard case .send(let reply, .control) = outbox.next(iopubIsOpen: false) else {
      Issue.record("no reply")
      return
    }
    #expect(reply.type == "interrupt_reply")
    guard case .wait = outbox.next(iopubIsOpen: false) else {
      Issue.record("output was given out")
      return
    }
  }

  @Test func nativeOutputBelongsToItsCell() throws {
    let descriptor = open("/dev/null", O_WRONLY)
    defer { close(descriptor) }
    let capture = try #require(NativeCapture([(descriptor, "stdout")]))
    let front = try TestFrontend(capture: capture)
    defer { front.close() }
    for number in 0..<50 {
      let code =
        "native \(descriptor) one \(number)\nprint two\nnative \(descriptor) \(String(repeating: "x", count: 200_000))"
      let answer = try front.finish(front.execute(code))
      #expect(answer.stdout == "one \(number)\ntwo\n" + String(repeating: "x", count: 200_000) + "\n")
      #expect(answer.types.last == "status")
    }
  }
}
