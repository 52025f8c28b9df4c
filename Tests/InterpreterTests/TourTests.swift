import Foundation
import Interpreter
import Testing

/// The language as its tour shows it, section after section in one session, with generated data in place of files.
@Test func theTourRuns() throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  defer { try? FileManager.default.removeItem(at: folder) }
  try writePictures(in: folder)
  let sections = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Tour")
  let session = Session()
  #expect(session.output(of: "let folder = \"\(folder.path)\"") == "")
  for name in try FileManager.default.contentsOfDirectory(atPath: sections.path).sorted() {
    let text = try String(contentsOf: sections.appendingPathComponent(name), encoding: .utf8)
    if let error = session.failure(of: text) { Issue.record("\(name): \(error.text)") }
  }
}

/// A picture [3, 70, 80], and 26 classes of two letters each.
private func writePictures(in folder: URL) throws {
  func picture(_ name: String, width: Int, height: Int, _ color: (Int, Int) -> [UInt8]) throws {
    let url = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    var bytes = Array("P6 \(width) \(height) 255\n".utf8)
    for y in 0..<height { for x in 0..<width { bytes += color(x, y) } }
    try Data(bytes).write(to: url)
  }
  try picture("cat.ppm", width: 80, height: 70) { x, y in
    [UInt8(x * 3), UInt8(y * 3), (x - 40) * (x - 40) + (y - 35) * (y - 35) < 400 ? 255 : 20]
  }
  for letter in 0..<26 {
    for number in 0..<2 {
      let name = String(UnicodeScalar(UInt8(97 + letter)))
      try picture("letters/\(name)/\(number).ppm", width: 28, height: 28) { x, y in
        (x + number) % (letter + 2) == 0 ? [255, 255, 255] : [0, 0, 0]
      }
    }
  }
}
