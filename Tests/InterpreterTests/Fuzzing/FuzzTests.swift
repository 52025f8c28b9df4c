import Foundation
import Interpreter
import Syntax
import Testing

/// Random programs must end in a value or an error, never in a crash or a hang; and they must reach everything: every
/// built-in, and every kind of node that a tree has. `FUZZ_PROGRAMS` runs more of them, `FUZZ_SEED` others.
@Test func randomProgramsEndWell() {
  let environment = ProcessInfo.processInfo.environment
  let count = environment["FUZZ_PROGRAMS"].flatMap { Int($0) } ?? 2_500
  let seed = environment["FUZZ_SEED"].flatMap { Int($0) } ?? 0
  let library = fuzzedLibrary()
  var session = Session(library: library, capturedVariablesBeforeCollection: 1)
  let watch = Watchdog()
  var reached: Set<String> = []
  var nodes = NodeKinds()
  for number in 0..<count {
    if number % 50 == 0 { session = Session(library: library, capturedVariablesBeforeCollection: 1) }
    var generator = ProgramGenerator(seed: UInt64(seed + number), library: library)
    var program = generator.program(calling: number)
    if number % 4 == 3 { program = generator.mutated(program) }
    let tree = Parser.parse(SourceFile(name: "fuzz", text: program))
    if tree.diagnostics.isEmpty {
      reached.formUnion(generator.called)
      nodes.add(tree.statements)
    }
    watch.start(session)
    _ = session.execute(program, sink: RecordingSink())
    watch.stop()
    _ = Session.completeness(of: program)
    _ = session.completions(of: program, at: program.unicodeScalars.count / 2)
    _ = session.inspection(of: program, at: program.unicodeScalars.count / 3)
  }
  #expect(session.output(of: "1 + 1") == "2")
  guard count >= 2_500 else { return }
  let all = library.families.flatMap { family in
    family.functions.map(\.name)
      + family.types.flatMap(\.members).compactMap { member in
        if case .method(let builtin) = member.kind { builtin.name } else { nil }
      }
  }
  #expect(Set(all).subtracting(reached).isEmpty)
  #expect(nodes.missing.isEmpty)
}

/// Everything but what fetches files from elsewhere.
private func fuzzedLibrary() -> Library {
  let fetching: Set<String> = ["MNIST", "FashionMNIST", "KMNIST", "EMNIST", "CIFAR10", "CIFAR100"]
  return Library(
    Library.standard.families.map { family in
      var family = family
      family.functions.removeAll { fetching.contains($0.name) }
      return family
    })
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
