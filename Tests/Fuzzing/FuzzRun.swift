import Interpreter

/// Runs random programs of one kind and looks whether they end well: with a value or an error, in time, without memory
/// that is never given back. A program that crashes takes the process with it.
package final class FuzzRun {
  private let kind: ProgramKind
  private let library: Library
  private let corpus: [String]
  private let watchdog = Watchdog()
  private var session: Session?
  /// What was seen so far.
  package private(set) var report = FuzzReport()
  /// How many failing cells the report keeps. They take memory, which counts as left behind.
  package var samplesKept = 0
  /// Told each seed before its program runs.
  package var willRun: ((Int) -> Void)?

  /// Prepares a run of programs of a kind.
  package init(_ kind: ProgramKind) {
    self.kind = kind
    library = Self.fuzzedLibrary()
    corpus = kind == .bytes ? ByteMutation.corpus(of: library) : []
  }

  /// Runs the programs of these seeds. Sessions begin at round seeds, so that what happens to a program doesn't depend on
  /// where a run began.
  package func run(seeds: Range<Int>) {
    for seed in seeds {
      if session == nil || seed % kind.programsPerSession == 0 { startSession() }
      willRun?(seed)
      run(program(seed: seed), seed: seed)
    }
    endSession()
  }

  /// The program of a seed.
  package func program(seed: Int) -> RandomProgram {
    let random = FuzzRandom(seed: UInt64(bitPattern: Int64(seed)))
    switch kind {
    case .language:
      var generator = LanguageGenerator(random)
      return generator.program()
    case .circles:
      var generator = CircleGenerator(random: random)
      return generator.program()
    case .bytes:
      var generator = ByteMutation(random: random, corpus: corpus)
      return generator.program()
    case .grammar:
      var generator = GrammarGenerator(random, library: library)
      return generator.program(calling: seed)
    case .builtins:
      var generator = GrammarGenerator(random, library: library, declaresReceivers: true)
      return generator.builtinCalls(at: seed)
    }
  }

  private func startSession() {
    endSession()
    session = Session(library: library, capturedVariablesBeforeCollection: kind == .circles ? 16 : 1)
    session?.onCall = { [unowned self] builtin in report.reached.insert(builtin.name) }
    let prelude: [String] =
      switch kind {
      case .builtins: GrammarGenerator.prelude
      case .circles: CircleGenerator.prelude
      default: []
      }
    for cell in prelude { execute(cell, seed: -1, mustFinish: true) }
  }

  private func endSession() {
    guard session != nil else { return }
    if let session, session.value(of: "1 + 1").plainText != "2" {
      report.problems.append("a session no longer answers")
    }
    session = nil
    report.memory.append(MemoryReading(programs: report.programs))
  }

  private func run(_ program: RandomProgram, seed: Int) {
    report.programs += 1
    let text = program.text
    for cell in program.cells { execute(cell, seed: seed, mustFinish: kind == .circles) }
    ask(text, seed: seed)
  }

  private func execute(_ cell: String, seed: Int, mustFinish: Bool) {
    guard let session else { return }
    watchdog.start(session, "\(kind.rawValue) program of seed \(seed):\n\(cell)")
    let outcome = session.execute(cell, sink: ForgettingSink()).outcome
    let times = watchdog.stop()
    if times.stopping > 0 { report.note(stopping: times.stopping, seed: seed) }
    report.note(seconds: times.whole, seed: seed)
    switch outcome {
    case .finished: report.finishedCells += 1
    case .failed(let error):
      report.failedCells += 1
      report.kinds[error.kind, default: 0] += 1
      if report.samples.count < samplesKept { report.samples.append((seed, cell, error.text)) }
      if mustFinish { report.problems.append("seed \(seed): \(error.text)") }
    case .interrupted: report.interruptedCells += 1
    }
  }

  /// What front ends ask about a text while it is typed.
  private func ask(_ text: String, seed: Int) {
    guard seed % 4 == 0, let session else { return }
    let length = text.unicodeScalars.count
    let place = Int(UInt(bitPattern: seed) &* 2_654_435_761 % UInt(length + 1))
    _ = Session.completeness(of: text)
    _ = session.completions(of: text, at: place)
    _ = session.inspection(of: text, at: place)
  }

  /// The functions and methods that programs may reach.
  package var reachable: Set<String> {
    let members = library.families.flatMap(\.types).flatMap(\.members)
    let methods = members.compactMap { member in
      if case .method(let builtin) = member.kind { builtin.name } else { nil }
    }
    return Set(library.families.flatMap(\.functions).map(\.name) + methods)
  }

  /// Everything but what fetches files from elsewhere.
  private static func fuzzedLibrary() -> Library {
    let fetching: Set<String> = ["MNIST", "FashionMNIST", "KMNIST", "EMNIST", "CIFAR10", "CIFAR100"]
    return Library(
      Library.standard.families.map { family in
        var family = family
        family.functions.removeAll { fetching.contains($0.name) }
        return family
      })
  }
}

extension Result<MIMEBundle, RenderedError> {
  fileprivate var plainText: String? {
    if case .success(let bundle) = self { bundle.plainText } else { nil }
  }
}

/// Shows nothing and keeps nothing.
private final class ForgettingSink: OutputSink {
  var capabilities: SinkCapabilities {
    SinkCapabilities(progress: .log, columns: 80, showsPictures: true, colors: true, canAsk: true)
  }
  func write(_ text: String, to stream: StandardStream) {}
  func display(_ bundle: MIMEBundle, id: String?) {}
  func update(_ bundle: MIMEBundle, id: String) {}
  func clear(wait: Bool) {}
  func ask(prompt: String, hidden: Bool) throws -> String { "answer" }
}
