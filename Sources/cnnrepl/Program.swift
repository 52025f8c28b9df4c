import ArgumentParser
import Interpreter

/// The `cnnrepl` program: a subcommand per front end.
@main
struct Program: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cnnrepl",
    abstract: "Experiment with convolutional networks: a shell, a notebook runner and a Jupyter kernel.",
    usage: """
      cnnrepl [FILE.cnn] [-i]      the shell; with a file its program, then (-i) the shell
      cnnrepl -e SOURCE           evaluate and print
      cnnrepl SUBCOMMAND …
      """,
    discussion: """
      Without arguments cnnrepl is a line shell; programs are also read from a pipe. \
      Exit status: 0 all went well, 1 a cell or program failed, 64 bad usage, \
      66 a file can't be read or isn't what it should be, 130 interrupted.
      """,
    version: KernelIdentity.version,
    subcommands: [
      ShellCommand.self, RunCommand.self, DataCommand.self, InstallCommand.self, KernelCommand.self,
    ])

  static func main() {
    WorkerSpinning.limit()
    main(routed(Array(CommandLine.arguments.dropFirst())))
  }

  /// A command line that names no subcommand is the shell's: the argument parser can't tell a positional argument
  /// of the root from a subcommand's name.
  private static func routed(_ arguments: [String]) -> [String] {
    let own = ["help", "--help", "-h", "--help-hidden", "--version", "--experimental-dump-help"]
    guard let first = arguments.first else { return [ShellCommand._commandName] }
    if own.contains(first) || first.hasPrefix("--generate-completion-script") { return arguments }
    if configuration.subcommands.contains(where: { $0._commandName == first }) { return arguments }
    return [ShellCommand._commandName] + arguments
  }
}
