import Foundation
import Interpreter
import Testing

/// The worked numbers of the teaching material, as programs: a file per chapter, each item under a line `//: …`.
private func items() throws -> [CourseItem] {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Course")
  let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
  return try files.filter { $0.pathExtension == "cnn" }.sorted { $0.path < $1.path }.flatMap { file in
    try String(contentsOf: file, encoding: .utf8).components(separatedBy: "//: ").dropFirst().map {
      let end = $0.firstIndex(of: "\n") ?? $0.endIndex
      return CourseItem(title: String($0[..<end]), program: String($0[end...]))
    }
  }
}

struct CourseItem: CustomTestStringConvertible {
  let title: String
  let program: String
  var testDescription: String { title }
}

@Test(arguments: try items())
func reproducesTheCourse(_ item: CourseItem) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let failure = Session().failure(of: "let folder = \"\(folder.path)\"\n" + item.program)
  #expect(failure == nil, "\(item.title): \(failure?.text ?? "")")
}
