import Foundation
import Testing

#if os(Linux)
  /// A session of thousands of entries, definitions, errors, networks, trainings and closures that hold each other, keeps
  /// no more memory than one of hundreds.
  @Test func aLongSessionKeepsItsSize() throws {
    let files = try Scratch()
    let input = Pipe()
    let process = Process()
    process.executableURL = ProgramRun.program
    process.environment = ["OMP_NUM_THREADS": "1", "HOME": files.url.path]
    process.standardInput = input
    process.standardOutput = try FileHandle(forWritingTo: files.write("out", ""))
    process.standardError = FileHandle.nullDevice
    try process.run()
    defer { process.terminate() }

    /// Megabytes after so many rounds more.
    func megabytes(after rounds: Range<Int>) throws -> Double {
      let text = rounds.map(entries).joined() + "print(\"round\", \(rounds.upperBound))\n"
      try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
      while process.isRunning, !files.read("out").contains("round \(rounds.upperBound)\n") { usleep(20_000) }
      let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
      return (Double(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "") ?? .nan)
        / 1024
    }

    let early = try megabytes(after: 0..<150)
    let late = try megabytes(after: 150..<650)
    #expect(late < early + 6, "\(early) MB after 1,350 entries, \(late) MB after 5,850")
  }

  /// Makes it visible where the text of an entry is kept.
  private let remark = String(repeating: "x", count: 16_000)

  private func entries(_ round: Int) -> String {
    """
    let a\(round % 7) = [\(round), 2].map { $0 * 2 }; func f\(round % 7)(_ x: Int) -> Int { x + a\(round % 7)[0] }; f\(round % 7)(2)
    unknown\(round) + 1
    zeros(2, \(round % 50 + 1)) + zeros(3)
    func circle() -> Int { let big = zeros(500); var me = { 0 }; me = { big.count > 5 ? 1 : me() }; return me() }; for _ in 0..<20 { circle() }
    let net = Sequential(input: [1, 8, 8]) { Conv(4, 3); Flatten(); Dense(10) }; net(rand(2, 1, 8, 8)).sum()
    let small = Sequential(input: [4]) { Dense(8); Dense(2) }; small.fit((rand(32, 4), zeros(32, 2)), loss: .mse);
    let opt = Adam(small); let loss = opt.minimize { mse(small(rand(3, 4)), zeros(3, 2)) };
    Sequential(input: [3, 8, 8]) { Dense(10) }
    func web() -> Int { func down(_ k: Int) -> Int { k <= 0 ? 0 : down(k - 1) }; return down(3) }; web() // \(remark)

    """
  }
#endif
