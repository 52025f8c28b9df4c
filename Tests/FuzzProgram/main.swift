import ArgumentParser
import Foundation
import Fuzzing

/// Runs random programs for as long as one likes: `scripts/fuzz` builds and starts it.
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz",
    abstract: "Runs random programs; fails where one hangs, leaves memory behind or goes wrong.",
    discussion: """
      A crash ends the process; the file of --trail then says which program it was. Programs are made from their seed \
      alone, and sessions begin at round seeds, so that the same seeds do the same again.
      """)

  @Option(help: "How many programs of each kind.") var programs = 10_000
  @Option(help: "The first seed.") var seed = 0
  @Option(help: "language, circles, bytes, grammar or builtins; all of them unless said.") var kind:
    [String] = []
  @Option(help: "A file that names the program that runs.") var trail: String?
  @Flag(help: "Prints the program of the seed and runs nothing.") var show = false
  @Flag(help: "Prints some of the cells that ended with an error.") var failures = false

  func validate() throws {
    guard programs > 0, seed >= 0, seed <= Int.max - programs else {
      throw ValidationError("--programs wants at least 1, --seed at least 0")
    }
    for name in kind where ProgramKind(rawValue: name) == nil {
      let kinds = ProgramKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there is no kind '\(name)': \(kinds)")
    }
  }

  func run() throws {
    let kinds = kind.isEmpty ? ProgramKind.allCases : kind.compactMap { ProgramKind(rawValue: $0) }
    var problems = 0
    for kind in kinds {
      let run = FuzzRun(kind)
      if show {
        for (number, cell) in run.program(seed: seed).cells.enumerated() {
          print("// cell \(number + 1)\n\(cell)")
        }
        continue
      }
      problems += fuzz(run, kind)
    }
    if problems > 0 { throw ExitCode.failure }
  }

  /// Returns how many problems there were.
  private func fuzz(_ run: FuzzRun, _ kind: ProgramKind) -> Int {
    let trail = self.trail.map { open($0, O_WRONLY | O_CREAT, 0o644) }
    defer { if let trail { close(trail) } }
    let start = Date()
    run.samplesKept = failures ? 400 : 0
    run.willRun = { seed in
      guard let trail else { return }
      var line = "\(kind.rawValue) \(seed)".utf8.map { $0 } + Array(repeating: UInt8(ascii: " "), count: 20)
      line.append(10)
      pwrite(trail, line, line.count, 0)
    }
    run.run(seeds: seed..<(seed + programs))
    let report = run.report
    let seconds = -start.timeIntervalSinceNow
    let cells = report.finishedCells + report.failedCells + report.interruptedCells
    print(
      """
      \(kind.rawValue): \(report.programs) programs in \(Int(seconds)) s (\(Int(Double(report.programs) / seconds)) a second), seeds \
      \(seed)..<\(seed + programs)
        cells: \(cells), \(report.finishedCells) finished, \(report.failedCells) with an error, \
      \(report.interruptedCells) interrupted
        errors: \(report.kinds.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        slowest: \(milliseconds(report.slowest.seconds)) (seed \(report.slowest.seed)); to stop after an interrupt: \
      \(milliseconds(report.slowestToStop.seconds)) (seed \(report.slowestToStop.seed))
      """)
    for reading in report.memory.enumerated().filter({ $0.offset % max(1, report.memory.count / 8) == 0 })
      .map(\.element)
    {
      print(
        "  after \(reading.programs): \(reading.heap >> 10) KB in use, \(reading.resident >> 20) MB resident")
    }
    if failures {
      for sample in report.samples {
        print("  [\(sample.seed)] \(sample.cell)\n\(sample.error)\n")
      }
    }
    var problems = report.problems
    if let leak = report.leakedBytesPerProgram {
      print("  left behind by a program: \(Int(leak.rounded())) bytes")
      if leak > 64 { problems.append("memory is never given back") }
    }
    for problem in problems.prefix(20) { print("  PROBLEM \(problem)") }
    return problems.count
  }

  private func milliseconds(_ seconds: Double) -> String { "\(Int(seconds * 1000)) ms" }
}

setvbuf(stdout, nil, _IOLBF, 0)
Fuzz.main()
