import Foundation
import Fuzzing
import Interpreter
import Syntax
import Testing

/// Swift's own parser, where it is installed: what the language accepts, Swift's grammar must accept too, so that every
/// highlighter made for Swift is right about it.
@Suite(.enabled(if: SwiftParser.isInstalled, "needs swiftc"))
struct SwiftSyntaxTests {
  @Test func examplesOfTheReferenceAreSwift() throws {
    let builtins = Library.standard.families.flatMap { family in
      family.functions
        + family.types.flatMap(\.members).compactMap { member in
          if case .method(let builtin) = member.kind { builtin } else { nil }
        }
    }
    try expectSwift(builtins.compactMap(\.example))
  }

  @Test func programsOfTheTestsAreSwift() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    var programs = Examples.answers.map(\.0) + Examples.programs.map(\.0) + Examples.failures.map(\.0)
    programs += try LanguageDocument.examples().map(\.program)
    for name in ["Programs", "Tour"] {
      let files = try FileManager.default.contentsOfDirectory(
        atPath: folder.appendingPathComponent(name).path)
      for file in files.sorted() where file.hasSuffix(".cnn") {
        let path = folder.appendingPathComponent(name).appendingPathComponent(file)
        programs += try String(contentsOf: path, encoding: .utf8).components(separatedBy: "// ---\n")
      }
    }
    try expectSwift(programs)
  }

  @Test(arguments: [ProgramKind.language, .grammar, .circles, .bytes])
  func randomProgramsAreSwift(_ kind: ProgramKind) throws {
    let run = FuzzRun(kind)
    // Few texts are still programs when bytes were changed.
    let count = kind == .bytes ? 1_500 : 400
    try expectSwift(
      (0..<count).map { run.program(seed: $0).text }, share: kind == .bytes ? 0.1 : 0.5)
  }

  /// Expects Swift to parse every program that the language parses.
  private func expectSwift(
    _ programs: [String], share: Double = 0.5, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let ours = programs.filter { Parser.parse(SourceFile(name: "test", text: $0)).diagnostics.isEmpty }
    #expect(
      Double(ours.count) >= share * Double(programs.count) || programs.count < 10,
      sourceLocation: sourceLocation)
    for problem in try SwiftParser.problems(in: ours) {
      Issue.record("\(problem.message) in:\n\(problem.program)", sourceLocation: sourceLocation)
    }
  }
}

/// `swiftc -frontend -parse`.
private enum SwiftParser {
  static let isInstalled = path != nil

  private static let path: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/swiftc" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// What Swift says against programs; the first problem of each.
  ///
  /// Only a file by itself may hold statements, and starting the parser takes longer than parsing: all are first put
  /// into one file, and looked at one by one only where that file isn't right.
  static func problems(in programs: [String]) throws -> [(program: String, message: String)] {
    guard try problem(in: programs.joined(separator: "\nlet end = 0\n")) != nil else { return [] }
    var found: [(program: String, message: String)] = []
    for program in programs where found.count < 10 {
      if let message = try problem(in: program) { found.append((program, message)) }
    }
    return found.isEmpty ? [("all programs together", "Swift refuses them")] : found
  }

  private static func problem(in program: String) throws -> String? {
    guard let path else { return nil }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).swift")
    try Data((swift(program) + "\n").utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["-frontend", "-parse", "-suppress-warnings", file.path]
    let output = Pipe()
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus != 0 else { return nil }
    return text.range(of: "error: ").map { String(text[$0.upperBound...].prefix { $0 != "\n" }) } ?? text
  }

  /// The two things that the language has beyond Swift's grammar, in Swift's: files by name behind `import`, and
  /// negative ends of ranges without parentheses.
  private static func swift(_ program: String) -> String {
    program.replacingOccurrences(of: #"\bimport\s+"[^"]*""#, with: "import File", options: .regularExpression)
      .replacingOccurrences(of: #"(\.\.<|\.\.\.)(-[0-9]+)"#, with: "$1($2)", options: .regularExpression)
  }
}
