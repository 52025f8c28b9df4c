import Foundation
import Interpreter
import Testing

/// What programs can say about the machine they run on.
@Suite struct MachineTests {
  @Test func threadsAreCountedAndSet() {
    let session = Session()
    let most = Int(session.output(of: "threads()")) ?? 0
    #expect(most >= 1)
    #expect(session.output(of: "threads(1)\nprint(threads())") == "1\n")
    #expect(session.output(of: "threads(\(most))") == "\(most)")
    #expect(session.output(of: "print(isClose(ones(3, 4).sum(), 12.0, within: 1e-9))") == "true\n")
    for count in [0, -1, most + 1] {
      let failure = session.failure(of: "threads(\(count))")
      #expect(failure?.kind == "ValueError")
      #expect(failure?.message.hasPrefix("threads(\(count)): wanted 1 to \(most)") == true)
    }
  }

  @Test func resultsAreTheSameAgainWithAsManyThreads() {
    let program = """
      seed(1)
      let m = Sequential(input: [3, 12, 12]) { Conv(32, 3, padding: 1); BatchNorm(); Conv(32, 3); Flatten(); Dense(4) }
      m.fit((rand(40, 3, 12, 12), zeros(40).cast(to: .int32)), epochs: 2, batch: 16)
      print(m(ones(1, 3, 12, 12)))
      """
    func last(_ text: String) -> Substring? { text.split(separator: "\n").last }
    let session = Session()
    _ = session.output(of: "threads(1)")
    let alone = session.output(of: program)
    #expect(last(session.output(of: program)) == last(alone))
    #expect(last(Session().output(of: "threads(1)\n" + program)) == last(alone))
  }

  /// Where the processor can't, it says so; where it can, training differs in the last digits.
  @Test func bfloat16TrainsOrIsRefused() {
    let program = """
      seed(2)
      let m = Sequential(input: [32, 8, 8]) { Conv(32, 3, activation: .relu); Flatten(); Dense(3) }
      m.fit((rand(16, 32, 8, 8), zeros(16).cast(to: .int32)), batch: 8, precision: PRECISION)
      """
    func text(_ precision: String) -> String {
      program.replacingOccurrences(of: "PRECISION", with: precision)
    }
    let session = Session()
    if let failure = session.failure(of: text(".bf16")) {
      #expect(failure.kind == "ValueError")
      #expect(failure.message.hasPrefix("this processor can't multiply bfloat16: precision: .bf16 needs"))
      return
    }
    let rounded = session.output(of: "print(m.filters(\"conv1\").sum())")
    #expect(Float(rounded.dropLast())?.isFinite == true)
    _ = session.output(of: text(".fp32"))
    #expect(session.output(of: "print(m.filters(\"conv1\").sum())") != rounded)
    _ = session.output(of: text(".bf16"))
    #expect(session.output(of: "print(m.filters(\"conv1\").sum())") == rounded)
    let file = NSTemporaryDirectory() + "bfloat16-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: file) }
    _ = session.output(of: "m.save(\"\(file)\")")
    let head = String(
      decoding: (FileManager.default.contents(atPath: file) ?? Data()).prefix(4096), as: UTF8.self)
    #expect(head.contains("\"F32\""))
    #expect(!head.contains("BF16"))
  }
}
