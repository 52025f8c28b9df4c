import Foundation
import Testing

/// Compares printed text with a file beside the test; `RECORD_SNAPSHOTS=1` writes the files anew.
package enum Snapshot {
  /// Expects `text` to be the content of `Snapshots/NAME.txt` in the folder of the calling test file.
  package static func expect(
    _ text: String, named name: String, file: String = #filePath,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Snapshots")
    let path = folder.appendingPathComponent(name + ".txt")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data((text + "\n").utf8).write(to: path)
      return
    }
    let recorded = try String(contentsOf: path, encoding: .utf8)
    #expect(
      text + "\n" == recorded, "differs from \(path.lastPathComponent); RECORD_SNAPSHOTS=1 records it anew",
      sourceLocation: sourceLocation)
  }
}
