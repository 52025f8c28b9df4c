import Foundation
import Interpreter
import Testing

/// Random programs must end in a value or an error, never in a crash or a hang. `FUZZ_PROGRAMS` runs more of them.
@Test func randomProgramsEndWell() {
  let count = ProcessInfo.processInfo.environment["FUZZ_PROGRAMS"].flatMap { Int($0) } ?? 2_500
  // Without what writes files, downloads or trains.
  let library = Library(
    Library.standard.families.filter {
      ["Numbers", "Mathematics", "Strings", "Collections", "Tensors"].contains($0.title)
    })
  var session = Session(library: library)
  let watch = Watchdog()
  var reached: Set<String> = []
  for number in 0..<count {
    if number % 50 == 0 { session = Session(library: library) }
    var generator = ProgramGenerator(seed: UInt64(number), library: library)
    var program = generator.program(calling: number)
    reached.formUnion(generator.called)
    if number % 4 == 3 { program = generator.mutated(program) }
    watch.start(session)
    _ = session.execute(program, sink: RecordingSink())
    watch.stop()
    _ = Session.completeness(of: program)
    _ = session.completions(of: program, at: program.unicodeScalars.count / 2)
    _ = session.inspection(of: program, at: program.unicodeScalars.count / 3)
  }
  #expect(session.output(of: "1 + 1") == "2")
  let all = Set(library.families.flatMap { $0.functions.map(\.name) })
  if count >= 2_500 { #expect(all.subtracting(reached).isEmpty, "never called: \(all.subtracting(reached))") }
}

/// Interrupts programs that run too long.
private final class Watchdog: @unchecked Sendable {
  private let lock = NSLock()
  private var deadline: Date?
  private weak var session: Session?

  init() {
    Thread.detachNewThread { [weak self] in
      while let self {
        self.look()
        Thread.sleep(forTimeInterval: 0.05)
      }
    }
  }

  private func look() {
    lock.lock()
    if let deadline, deadline < Date() { session?.interruption.cancel() }
    lock.unlock()
  }

  func start(_ session: Session) {
    lock.lock()
    self.session = session
    deadline = Date(timeIntervalSinceNow: 0.3)
    lock.unlock()
  }

  func stop() {
    lock.lock()
    deadline = nil
    lock.unlock()
  }
}
