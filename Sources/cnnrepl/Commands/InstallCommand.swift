import ArgumentParser
import Foundation
import Interpreter
import JSON
import Kernelspec

/// `cnnrepl install`: makes the kernel known to Jupyter.
struct InstallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install", abstract: "Make the kernel known to Jupyter.",
    discussion: """
      Writes the kernelspec where Jupyter looks for it: by default for the user alone. The program itself stays \
      where it is, so install again after moving it.
      """,
    version: KernelIdentity.version)

  @Flag(help: "For this user (the default): ~/.local/share/jupyter, or $JUPYTER_DATA_DIR.")
  var user = false

  @Flag(help: "Into the active Python or conda environment ($VIRTUAL_ENV, $CONDA_PREFIX).")
  var sysPrefix = false

  @Option(help: ArgumentHelp("Into share/jupyter under this folder.", valueName: "dir"))
  var prefix: String?

  @Option(help: "The kernel's name: its folder, and what notebooks call it.")
  var name = KernelIdentity.name

  @Option(help: ArgumentHelp("The kernel's name as people read it.", valueName: "text"))
  var displayName = KernelIdentity.displayName

  func validate() throws {
    if [user, sysPrefix, prefix != nil].count(where: { $0 }) > 1 {
      throw ValidationError("--user, --sys-prefix and --prefix exclude each other.")
    }
    let allowed = { (byte: UInt8) in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-._".utf8.contains(byte)
    }
    if name.isEmpty || name.hasPrefix(".") || !name.utf8.allSatisfy(allowed) {
      throw ValidationError("--name may hold ASCII letters, digits, '-', '.' and '_' only, not '\(name)'.")
    }
  }

  func run() throws {
    let folder = try dataFolder() + "/kernels/" + name
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for (name, content) in Kernelspec.files {
        let content = name == Kernelspec.kernelFile ? try kernelFile(content) : content
        try Data(content).write(to: URL(fileURLWithPath: folder + "/" + name), options: .atomic)
      }
    } catch {
      FileHandle.standardError.write(
        Data("error: can't write to \(folder): \(error.localizedDescription)\n".utf8))
      throw ExitCode(66)
    }
    print("installed kernelspec \(name) in \(folder)")
  }

  private func dataFolder() throws -> String {
    let environment = ProcessInfo.processInfo.environment
    if let prefix { return URL(fileURLWithPath: prefix).path + "/share/jupyter" }
    if sysPrefix {
      guard let active = environment["VIRTUAL_ENV"] ?? environment["CONDA_PREFIX"], !active.isEmpty else {
        throw ValidationError("--sys-prefix wants an active environment; activate one, or give --prefix DIR.")
      }
      return active + "/share/jupyter"
    }
    if let folder = environment["JUPYTER_DATA_DIR"], !folder.isEmpty { return folder }
    if let folder = environment["XDG_DATA_HOME"], !folder.isEmpty { return folder + "/jupyter" }
    return NSHomeDirectory() + "/.local/share/jupyter"
  }

  private func kernelFile(_ template: [UInt8]) throws -> [UInt8] {
    var spec = try JSONValue.parse(template)
    var arguments = spec["argv"]?.arrayValue ?? []
    if !arguments.isEmpty { arguments[0] = .string(Self.programPath) }
    spec["argv"] = .array(arguments)
    spec["display_name"] = .string(displayName)
    return spec.serializedBytes(JSONStyle(indent: 1)) + [0x0A]
  }

  /// The program as it was called, links unresolved: a link survives an update, its target may not.
  private static var programPath: String {
    let called = CommandLine.arguments.first ?? ""
    if called.contains("/") { return URL(fileURLWithPath: called).standardizedFileURL.path }
    for folder in (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") {
      let path = folder + "/" + called
      if !called.isEmpty, FileManager.default.isExecutableFile(atPath: path) {
        return URL(fileURLWithPath: path).standardizedFileURL.path
      }
    }
    return (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? called
  }
}
