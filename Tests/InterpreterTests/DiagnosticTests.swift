import Foundation
import Interpreter
import TestSupport
import Testing

/// Programs that are wrong, and every word the user reads about them.
@Test(arguments: ["names", "calls", "types", "syntax", "foreign", "running"])
func errorPages(_ name: String) throws {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Programs")
  let text = try String(contentsOf: folder.appendingPathComponent("wrong-\(name).cnn"), encoding: .utf8)
  var pages: [String] = []
  for (index, chunk) in text.components(separatedBy: "// ---\n").enumerated() {
    let session = Session()
    let sink = RecordingSink()
    let result = session.execute(chunk, named: "cell [\(index + 1)]", sink: sink)
    switch result.outcome {
    case .failed(let error): pages.append(sink.text + error.text)
    default: pages.append("no error in:\n\(chunk)")
    }
  }
  try Snapshot.expect(pages.joined(separator: "\n\n────\n\n"), named: "wrong-\(name)")
}
