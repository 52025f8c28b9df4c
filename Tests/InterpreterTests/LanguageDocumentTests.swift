import Foundation
import Interpreter
import Testing

/// The examples of docs/language.md: what stands in a block marked as Swift, and the output in the block right below it.
enum LanguageDocument {
  struct Example {
    let section: String
    let program: String
    /// What is shown; `nil` where the document doesn't say.
    let output: String?
  }

  static func examples() throws -> [Example] {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../docs/language.md").standardizedFileURL
    let lines = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "\n")
    var examples: [Example] = []
    var section = ""
    var index = 0
    /// The lines up to the end of the block that begins at `index`.
    func block() -> String {
      let start = index + 1
      index = lines[start...].firstIndex(of: "```") ?? lines.count
      defer { index += 1 }
      return lines[start..<index].joined(separator: "\n")
    }
    while index < lines.count {
      if lines[index].hasPrefix("## ") { section = String(lines[index].dropFirst(3)) }
      guard lines[index].hasPrefix("```") else {
        index += 1
        continue
      }
      let isProgram = lines[index] == "```swift"
      let text = block()
      guard isProgram else { continue }
      let hasOutput = index < lines.count && lines[index] == "```"
      examples.append(Example(section: section, program: text, output: hasOutput ? block() : nil))
    }
    return examples
  }
}

/// Each section in one session, so that a later example may use what an earlier one declared.
@Test func theLanguageIsAsItsDocumentSays() throws {
  var session = Session()
  var section = ""
  let examples = try LanguageDocument.examples()
  #expect(examples.count > 5)
  for example in examples {
    if example.section != section {
      session = Session()
      section = example.section
    }
    let sink = RecordingSink()
    let result = session.execute(example.program, named: "language.md", sink: sink)
    var shown = sink.text
    if case .failed(let error) = result.outcome {
      shown += error.text
      if example.output == nil { Issue.record("\(section): \(error.text)") }
    }
    guard let output = example.output else { continue }
    #expect(shown.trimmingCharacters(in: .newlines) == output, "\(section):\n\(example.program)")
  }
}
