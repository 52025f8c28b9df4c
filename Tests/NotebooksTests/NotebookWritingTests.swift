import Foundation
import Notebooks
import Testing

@Suite struct NotebookWritingTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  @Test func aFileIsReplacedAtOnceAndKeepsItsPermissions() throws {
    let path = folder.appendingPathComponent("a.ipynb").path
    try Data("old".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let notebook = Notebook(cells: [Cell(.code, source: "1 + 1")])
    try notebook.write(to: path)
    #expect(Array(try Data(contentsOf: URL(fileURLWithPath: path))) == notebook.written())
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.ipynb"])
  }

  @Test func aLinkStaysALink() throws {
    let target = folder.appendingPathComponent("target.ipynb").path
    let link = folder.appendingPathComponent("link.ipynb").path
    try Data().write(to: URL(fileURLWithPath: target))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    try Notebook().write(to: link)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
    #expect(FileManager.default.contents(atPath: target).map(Array.init) == Notebook().written())
  }

  @Test func aFolderThatIsNotThereIsAnError() {
    let path = folder.appendingPathComponent("none/a.ipynb").path
    let error = #expect(throws: NotebookError.self) { try Notebook().write(to: path) }
    #expect(error?.message == "can't write \(path): No such file or directory")
  }
}
