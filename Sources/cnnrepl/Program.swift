import ArgumentParser

/// The `cnnrepl` program: a subcommand per front end.
@main
struct Program: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "cnnrepl")
}
