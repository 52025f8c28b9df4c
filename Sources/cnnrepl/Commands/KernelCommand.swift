import ArgumentParser
import Foundation
import Interpreter
import JupyterKernel
import ZeroMQTransport

/// `cnnrepl kernel`: what Jupyter starts.
struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Serve a Jupyter front end (started by Jupyter itself).")

  @Option(name: [.customShort("f"), .long], help: "The connection file that the front end wrote.")
  var connectionFile: String

  func run() throws {
    var settings = KernelSettings(version: KernelIdentity.version)
    settings.historyPath = Self.historyPath
    if let limit = ProcessInfo.processInfo.environment["CNNREPL_OUTPUT_LIMIT"].flatMap({ Int($0) }), limit > 0
    {
      settings.outputLimit = limit
    }
    do {
      try KernelProcess.run(connectionFile: connectionFile, settings: settings) { Session() }
    } catch {
      FileHandle.standardError.write(Data("cnnrepl kernel: \(error)\n".utf8))
      throw ExitCode(1)
    }
  }

  /// Cells are remembered where the system keeps what programs remember.
  private static var historyPath: String {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["CNNREPL_HISTORY"], !path.isEmpty { return path }
    let state = environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    return (state ?? NSHomeDirectory() + "/.local/state") + "/cnnrepl/history.jsonl"
  }
}
