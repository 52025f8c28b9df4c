import Foundation
import Interpreter
import JSON

/// What a kernel is told when it is made.
package struct KernelSettings: Sendable {
  /// The program's version, as `kernel_info` states it.
  package var version: String
  /// How much text one cell may print into the notebook, in bytes.
  package var outputLimit = 64 << 20
  /// Where the history is kept; `nil` keeps it in memory.
  package var historyPath: String?
  /// How large a cell's source may be, in bytes.
  package var sourceLimit = 16 << 20

  /// Makes the settings of an ordinary kernel.
  package init(version: String) { self.version = version }
}

/// The kernel without its sockets: takes frames, posts messages to the ``outbox``.
///
/// Three threads meet here. The one that owns the sockets calls ``receive(_:on:)`` and answers what needs no
/// language; the evaluation thread works off the shell's requests in their order; the reading thread answers
/// subshells, and completion and inspection while a cell runs.
package final class Kernel: @unchecked Sendable {
  /// Everything that is to be sent.
  package let outbox: Outbox
  let factory = MessageFactory()
  let settings: KernelSettings
  let log: KernelLog
  let history: History
  let comms: CommRegistry
  let input = InputExchange()
  let startTime = monotonicSeconds()
  private let codec: MessageCodec
  private let capture: NativeCapture?
  private let makeEvaluator: @Sendable () -> any Evaluator
  private var replays = ReplayGuard()

  let shellJobs = JobQueue()
  let readerJobs = JobQueue()
  private let evaluatorLock = NSLock()
  private var madeEvaluator: (any Evaluator)?
  let state = KernelState()

  /// Makes a kernel; the language is made when it is first needed.
  package init(
    settings: KernelSettings, signer: MessageSigner, capture: NativeCapture? = nil,
    log: KernelLog = KernelLog(), evaluator: @escaping @Sendable () -> any Evaluator
  ) {
    self.settings = settings
    self.capture = capture
    self.log = log
    makeEvaluator = evaluator
    codec = MessageCodec(signer: signer)
    outbox = Outbox(factory: factory)
    history = History(path: settings.historyPath)
    comms = CommRegistry()
  }

  /// The language, made at its first use.
  var evaluator: any Evaluator {
    evaluatorLock.withLock {
      if let madeEvaluator { return madeEvaluator }
      let made = makeEvaluator()
      madeEvaluator = made
      return made
    }
  }

  /// The language if it was made already.
  var evaluatorIfMade: (any Evaluator)? { evaluatorLock.withLock { madeEvaluator } }

  /// Starts the threads and says that the kernel is starting.
  package func start() {
    capture?.start { [self] text, stream in state.output?.post(text, to: stream) }
    outbox.post(factory.make("status", ["execution_state": "starting"]), on: .iopub)
    startThread("evaluation", stackBytes: 256 << 10) { [self] in EvaluationThread.run { [self] in evaluate() }
    }
    startThread("reader", stackBytes: 64 << 20) { [self] in
      while let job = readerJobs.pop() { run(job) }
    }
  }

  private func evaluate() {
    // A front end asks who we are first; the language is made ready in the pause that follows.
    if !shellJobs.waitForWork(seconds: 0.1) { _ = evaluator }
    while true {
      if !shellJobs.waitForWork(seconds: IdleMemory.pause) { IdleMemory.giveBack() }
      guard let job = shellJobs.pop() else { return }
      run(job)
    }
  }

  /// Takes frames from a socket: decodes them and sees to their answer. Bad ones are logged and dropped.
  package func receive(_ frames: [[UInt8]], on channel: Channel) {
    let message: Message
    do {
      message = try codec.decode(frames, replays: &replays)
    } catch {
      log("dropped a message on \(channel.rawValue): \(error)")
      return
    }
    switch channel {
    case .control: run(Job(message: message, channel: channel))
    case .stdin: input.receive(message)
    case .shell: enqueue(message)
    case .iopub: break
    }
  }

  /// Encodes a message for its socket.
  package func encode(_ message: Message) -> [[UInt8]] { codec.encode(message) }

  /// The message that greets a new subscriber.
  package func welcome(subscription: [UInt8]) -> Message {
    factory.make("iopub_welcome", ["subscription": .string(String(decoding: subscription, as: UTF8.self))])
  }

  /// Whether a shutdown was asked for and answered: send what is left and end the process.
  package var isFinished: Bool { state.isFinished }

  /// Interrupts the running cell; harmless when none runs. Any thread.
  package func interrupt() {
    input.interrupt()
    state.ifRunning { evaluatorIfMade?.interruption.cancel() }
    guard let cell = state.running else { return }
    // The language forgets interrupts of the past when a cell begins: one that came in that very moment is repeated.
    Thread.detachNewThread { [self] in
      Thread.sleep(forTimeInterval: 0.03)
      state.ifRunning(cell) { evaluatorIfMade?.interruption.cancel() }
    }
  }

  /// Ends work in an orderly way, as a shutdown request does. Not on the evaluation thread.
  package func stop() {
    interrupt()
    readerJobs.close(waiting: 0.1)
    shellJobs.close(waiting: 0.5)
    history.close()
    state.finish()
  }

  func drainNative() { capture?.drain() }
  func flushNative() { capture?.flush() }
}

/// What the threads know of each other.
final class KernelState: @unchecked Sendable {
  private let lock = NSLock()
  private var runningCell: Message?
  private var lastOutput: CellOutput?
  private var finished = false
  private var failure: (wall: String, clock: Double)?
  private var lastUsage = (used: 0.0, clock: monotonicSeconds())
  let subshells = Subshells()

  /// The cell that runs now.
  var running: Message? { lock.withLock { runningCell } }
  /// Where text from C libraries belongs: the running cell, else the one before.
  var output: CellOutput? { lock.withLock { lastOutput } }
  var isFinished: Bool { lock.withLock { finished } }
  func finish() { lock.withLock { finished = true } }

  func begin(_ cell: Message, output: CellOutput, prepare: () -> Void) {
    lock.withLock {
      prepare()
      runningCell = cell
      lastOutput = output
    }
  }

  func end() { lock.withLock { runningCell = nil } }

  /// Does something while a cell (this one, if given) is sure to run on.
  func ifRunning(_ cell: Message? = nil, _ body: () -> Void) {
    lock.withLock {
      guard let runningCell, cell == nil || cell?.id == runningCell.id else { return }
      body()
    }
  }

  /// The share of one processor used since this was last asked, in percent.
  func processorShare(usedSeconds: Double) -> Double {
    lock.withLock {
      let now = monotonicSeconds()
      let share = (usedSeconds - lastUsage.used) / max(0.001, now - lastUsage.clock) * 100
      lastUsage = (usedSeconds, now)
      return (max(0, share) * 10).rounded() / 10
    }
  }

  func noteFailure() { lock.withLock { failure = (MessageFactory.timestamp(), monotonicSeconds()) } }

  /// Whether a cell that came just now was sent before its client could know that the one before it failed: a
  /// "run all" whose messages were still under way. The client's clock is believed for a tenth of a second only.
  func wasSentBeforeFailure(_ message: Message) -> Bool {
    guard let failure = lock.withLock({ failure }), monotonicSeconds() - failure.clock < 0.1,
      let date = message.header["date"]?.stringValue, date.utf8.count >= 23, date.hasSuffix("Z")
    else { return false }
    let digits = min(date.utf8.count - 1, failure.wall.utf8.count - 1)
    return date.prefix(digits) < failure.wall.prefix(digits)
  }
}
