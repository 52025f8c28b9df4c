import ArgumentParser
import Foundation
import Interpreter
import REPL

/// `cnnrepl`: the line shell, or one source or script evaluated.
struct ShellCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shell",
    abstract: "The line shell (what cnnrepl is without a subcommand).",
    usage: """
      cnnrepl [FILE.cnn] [-i]
      cnnrepl -e SOURCE [-i]
      """,
    version: KernelIdentity.version)

  @Argument(
    help: ArgumentHelp("A program to run.", valueName: "file.cnn"), completion: .file(extensions: ["cnn"]))
  var file: String?

  @Option(
    name: .customShort("e"), parsing: .unconditional,
    help: ArgumentHelp("Evaluate this source and print its value.", valueName: "source"))
  var source: String?

  @Flag(name: [.customShort("i"), .long], help: "Stay in the shell afterwards.")
  var interactive = false

  func validate() throws {
    if let file, source != nil {
      throw ValidationError("-e and a file (\(file)) exclude each other.")
    }
    if file == nil, source == nil, interactive, isatty(STDIN_FILENO) == 0 {
      throw ValidationError("-i wants a terminal as standard input.")
    }
  }

  func run() throws {
    Signals.block(isShell ? [SIGINT, SIGWINCH] : [SIGINT])
    let status = EvaluationThread.run(evaluate)
    if status != .success { throw status }
  }

  /// Whether somebody will sit at a prompt.
  private var isShell: Bool { isatty(STDIN_FILENO) == 1 && (interactive || (file == nil && source == nil)) }

  private func evaluate() -> ExitCode {
    let session = Session()
    Interrupts.reach(session.interruption, endsWhenRepeated: !isShell)
    let input = TerminalInput()
    let terminal = Terminal(input: input, drawing: isShell ? TerminalPictures.offered(by: input) : nil)
    if let source { return first(source, named: "-e", showsResult: true, in: session, terminal) }
    guard let file else { return shell(in: session, terminal) }
    do {
      guard try SourceFile.kind(of: file) == .script else {
        return badFile("\(file): is a notebook\nfix: cnnrepl run \(file)")
      }
      return first(try SourceFile.script(at: file), named: file, showsResult: false, in: session, terminal)
    } catch {
      return badFile("\(error)\(subcommandHint(file))")
    }
  }

  /// What all parts of the program share of the terminal.
  private struct Terminal {
    let input: TerminalInput
    let drawing: TerminalPictures?
  }

  private func first(
    _ text: String, named name: String, showsResult: Bool, in session: Session, _ terminal: Terminal
  ) -> ExitCode {
    let sink = TerminalSink(
      interruption: session.interruption, drawing: terminal.drawing, input: terminal.input)
    let status = ScriptRun.run(text, named: name, showsResult: showsResult, session: session, sink: sink)
    return interactive ? shell(in: session, terminal) : status
  }

  private func shell(in session: Session, _ terminal: Terminal) -> ExitCode {
    let isTerminal = isatty(STDIN_FILENO) == 1
    let sink = TerminalSink(
      interruption: session.interruption,
      questions: isTerminal ? .standardInput : .unanswerable("standard input holds the program"),
      drawing: terminal.drawing, input: terminal.input)
    let outcome = Shell(
      session: session, sink: sink, entries: entries(for: session, terminal.input), isInteractive: isTerminal
    )
    .run()
    sink.finish()
    if isTerminal { return .success }
    if outcome.wasInterrupted { return ExitStatus.interrupted }
    return outcome.hasFailures ? ExitStatus.failure : .success
  }

  private func entries(for session: Session, _ input: TerminalInput) -> any EntrySource {
    let plain = PlainEntries(interruption: session.interruption)
    let canEdit = [STDIN_FILENO, STDOUT_FILENO].allSatisfy { TerminalTraits(descriptor: $0).isCapable }
    guard canEdit, let editor = LineEditor(session: session, historyFile: .standard(), input: input) else {
      return plain
    }
    Signals.watch([SIGWINCH]) { [weak editor] _ in editor?.windowChanged() }
    print("cnnrepl \(KernelIdentity.version). help() explains, Tab completes, Ctrl-D leaves.")
    return editor
  }

  /// Somebody who mistyped a subcommand gets told so.
  private func subcommandHint(_ word: String) -> String {
    guard !word.contains("."), !word.contains("/") else { return "" }
    let names = Program.configuration.subcommands.map { $0._commandName }
    return "\nfix: name a file, or a subcommand: \(names.joined(separator: ", "))"
  }
}
