import Foundation
import Testing

/// One run of the built program: what it wrote and how it ended.
struct ProgramRun {
  let status: Int32
  let output: String
  let errors: String

  /// The folder of the build, where the program stands beside the tests.
  static var program: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(
      "cnnrepl")
  }

  /// Runs the program; with `interruptedAfter` it gets SIGINT once standard error shows that text.
  init(
    _ arguments: String..., input: String = "", environment: [String: String] = [:],
    in folder: Scratch? = nil,
    interruptedAfter mark: String? = nil
  ) throws {
    try self.init(arguments, input: input, environment: environment, in: folder, interruptedAfter: mark)
  }

  /// Runs the program with a list of arguments.
  init(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], in folder: Scratch? = nil,
    interruptedAfter mark: String? = nil
  ) throws {
    let files = try Scratch()
    let process = Process()
    process.executableURL = Self.program
    process.arguments = arguments
    process.currentDirectoryURL = (folder ?? files).url
    var whole = ProcessInfo.processInfo.environment.filter {
      !$0.key.hasPrefix("CNNREPL") && $0.key != "COLUMNS"
    }
    whole.merge(environment) { $1 }
    process.environment = whole
    process.standardInput = try FileHandle(forReadingFrom: files.write("in", input))
    process.standardOutput = try FileHandle(forWritingTo: files.write("out", ""))
    process.standardError = try FileHandle(forWritingTo: files.write("err", ""))
    try process.run()
    if let mark {
      while process.isRunning, !files.read("err").contains(mark), !files.read("out").contains(mark) {
        usleep(2_000)
      }
      process.interrupt()
    }
    process.waitUntilExit()
    status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    output = files.read("out")
    errors = files.read("err")
  }
}

/// A folder of a test's own, removed with it.
final class Scratch {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("cnnrepl-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file and returns where it is.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> URL {
    let file = url.appendingPathComponent(name)
    try Data(text.utf8).write(to: file)
    return file
  }

  /// A file's text, empty when there is none.
  func read(_ name: String) -> String {
    FileManager.default.contents(atPath: url.appendingPathComponent(name).path)
      .map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// The names in the folder.
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }
}
