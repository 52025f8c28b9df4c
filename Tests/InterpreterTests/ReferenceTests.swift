import Foundation
import Interpreter
import Testing

/// What an example shows; how long it took differs from run to run and is left out.
private func runExample(_ example: String) -> String {
  Session().output(of: example).trimmingCharacters(in: .newlines)
    .replacingOccurrences(of: "[0-9.]+ (µs|ms)", with: "… ms", options: .regularExpression)
}

@Test func everyExampleRuns() {
  for family in Library.standard.families {
    let methods = family.types.flatMap { type in
      type.members.compactMap { member in if case .method(let builtin) = member.kind { builtin } else { nil }
      }
    }
    for builtin in family.functions + methods {
      guard let example = builtin.example else { continue }
      #expect(Session().failure(of: example) == nil, "\(builtin.name): \(example)")
    }
  }
}

@Test func theReferenceIsUpToDate() throws {
  let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "../../docs/reference.md"
  )
  .standardizedFileURL
  let text = Documentation.reference(of: .standard, run: runExample)
  if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
    return try Data(text.utf8).write(to: path)
  }
  #expect(
    try String(contentsOf: path, encoding: .utf8) == text, "RECORD_SNAPSHOTS=1 writes docs/reference.md anew")
}
