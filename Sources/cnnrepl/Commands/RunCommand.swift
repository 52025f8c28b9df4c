import ArgumentParser
import Foundation
import Interpreter
import Notebooks
import REPL
import TensorRuntime

/// `cnnrepl run`: a script or a notebook, headless.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a script or a notebook from beginning to end.",
    discussion: """
      A notebook is executed without Jupyter and written with its outputs, also when a cell fails or the run is \
      interrupted: to FILE.executed.ipynb beside it, to the file that -o names (- is standard output), or \
      --in-place. Paths in its cells are relative to its folder.
      """,
    version: KernelIdentity.version)

  @Argument(help: ArgumentHelp("A script (.cnn) or a notebook (.ipynb).", valueName: "file"))
  var file: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Notebook: the file to write. Script: the folder in which its pictures are saved.", valueName: "path"))
  var output: String?

  @Flag(help: "Write the outputs into the notebook itself.")
  var inPlace = false

  @Option(
    help: ArgumentHelp("Interrupt a cell (or the script) that runs longer than this.", valueName: "seconds"))
  var timeout: Double?

  @Flag(help: "Go on after a cell that fails, and end with status 0.")
  var allowErrors = false

  @Option(
    name: [.customShort("p"), .customLong("parameter")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Give a name of the cell tagged \"parameters\" another value; may be repeated.", valueName: "name=value"
    ))
  var parameters: [String] = []

  @Flag(name: .shortAndLong, help: "Write no log of the cells to standard error.")
  var quiet = false

  func validate() throws {
    if inPlace, output != nil { throw ValidationError("--in-place and --output exclude each other.") }
    if let timeout, !(timeout > 0) { throw ValidationError("--timeout wants a number of seconds above 0.") }
    for parameter in parameters {
      do { _ = try Parameter(parsing: parameter) } catch { throw ValidationError("\(error).") }
    }
    guard (try? SourceFile.kind(of: file)) == .script else { return }
    if inPlace || allowErrors || !parameters.isEmpty {
      throw ValidationError("--in-place, --allow-errors and -p are for notebooks, and \(file) is a script.")
    }
  }

  func run() throws {
    Signals.block([SIGINT])
    let status = EvaluationThread.run(execute)
    if status != .success { throw status }
  }

  private func execute() -> ExitCode {
    do {
      switch try SourceFile.kind(of: file) {
      case .script: return try runScript()
      case .notebook: return try runNotebook()
      }
    } catch let error as NotebookError {
      return badFile("\(file): \(error)")
    } catch {
      return badFile("\(error)")
    }
  }

  private func runScript() throws -> ExitCode {
    let text = try SourceFile.script(at: file)
    let session = Session()
    Interrupts.reach(session.interruption)
    let sink = TerminalSink(interruption: session.interruption, pictureFolder: output)
    let deadline = timeout.map { Deadline(seconds: $0, raises: session.interruption) }
    let status = ScriptRun.run(text, named: file, showsResult: false, session: session, sink: sink)
    guard deadline?.end() == true, status == ExitStatus.interrupted else { return status }
    report("\(file) ran longer than --timeout allows")
    return ExitStatus.failure
  }

  private func runNotebook() throws -> ExitCode {
    var notebook = try Notebook(reading: try SourceFile.bytes(at: file))
    try notebook.checkKernel()
    let unknown = notebook.inject(try parameters.map(Parameter.init(parsing:)))
    if !unknown.isEmpty {
      log("warning: the notebook's parameters cell doesn't define \(unknown.joined(separator: ", "))\n")
    }
    let target = try NotebookTarget(input: file, output: output, inPlace: inPlace)
    // As in Jupyter, paths in a notebook are relative to it.
    let folder = URL(fileURLWithPath: file).resolvingSymlinksInPath().deletingLastPathComponent().path
    guard chdir(folder) == 0 else {
      return badFile("can't enter \(folder): \(String(cString: strerror(errno)))")
    }
    return try run(notebook, writingTo: target)
  }

  private func run(_ notebook: Notebook, writingTo target: NotebookTarget) throws -> ExitCode {
    let session = Session()
    let stop = CancellationToken()
    Interrupts.reach(stop, session.interruption)
    var options = RunOptions()
    options.cellTimeout = timeout
    options.allowsErrors = allowErrors
    let runner = NotebookRunner(notebook, with: CellExecutor(session), options: options, stop: stop, log: log)
    let outcome = try runner.run(save: target.saveBetweenCells)
    try target.saveAtEnd(runner.notebook)
    log("written to \(target.name)\n")
    switch outcome {
    case .succeeded: return .success
    case .failed(let cell, let error):
      let colors = TerminalTraits(descriptor: STDERR_FILENO).showsColors
      fputs("\(file): cell [\(cell)] failed\n\(colors ? error.coloredText : error.text)\n", stderr)
      return ExitStatus.failure
    case .interrupted(let cell):
      fputs("\(file): interrupted at cell [\(cell)]\n", stderr)
      return ExitStatus.interrupted
    }
  }

  private func log(_ text: String) {
    if !quiet { fputs(text, stderr) }
  }
}
