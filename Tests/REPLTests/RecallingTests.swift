import Foundation
import REPL
import Testing

@Suite struct RecallingTests {
  private func recalling(_ entries: String...) -> Recalling {
    var recalling = Recalling()
    for entry in entries { recalling.add(entry) }
    return recalling
  }

  @Test func arrowsGoThroughEntriesAndBackToWhatWasTyped() {
    var recalling = recalling("a", "b", "b", "c")
    #expect(recalling.step(.later, from: EditedText("")) == nil)
    #expect(recalling.step(.earlier, from: EditedText("")) == "c")
    #expect(recalling.step(.earlier, from: EditedText("c")) == "b")
    #expect(recalling.step(.earlier, from: EditedText("b")) == "a")
    #expect(recalling.step(.earlier, from: EditedText("a")) == nil)
    #expect(recalling.step(.later, from: EditedText("a")) == "b")
    #expect(recalling.step(.later, from: EditedText("b")) == "c")
    #expect(recalling.step(.later, from: EditedText("c")) == "")
  }

  @Test func whatIsTypedChoosesAmongEntries() {
    var recalling = recalling("let a = 1", "print(a)", "let b = 2")
    #expect(recalling.step(.earlier, from: EditedText("let")) == "let b = 2")
    #expect(recalling.step(.earlier, from: EditedText("let b = 2")) == "let a = 1")
    #expect(recalling.step(.later, from: EditedText("let a = 1")) == "let b = 2")
    #expect(recalling.step(.later, from: EditedText("let b = 2")) == "let")
  }

  @Test func changingARecalledEntryStartsAnew() {
    var recalling = recalling("one", "two")
    #expect(recalling.step(.earlier, from: EditedText("")) == "two")
    #expect(recalling.step(.earlier, from: EditedText("two!", cursor: 0)) == "two")
  }
}

@Suite struct HistoryFileTests {
  private let path = FileManager.default.temporaryDirectory.appendingPathComponent(
    "\(UUID().uuidString)/deep/history"
  )
  .path

  @Test func entriesComeBackAsTheyWere() {
    let entries = ["1 + 1", "func f() {\n    \"\\n\"\n}", "한글 😀", "a\\", "\\n"]
    for entry in entries { HistoryFile(path: path).append(entry) }
    #expect(HistoryFile(path: path).load() == entries)
  }

  @Test func onlyTheOwnerMayReadIt() throws {
    HistoryFile(path: path).append("x")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func aHistoryThatCantBeWrittenIsNoError() {
    HistoryFile(path: "/proc/nowhere/history").append("x")
    #expect(HistoryFile(path: "/proc/nowhere/history").load() == [])
  }

  @Test func itStandsWhereTheEnvironmentSays() {
    #expect(HistoryFile.standard(environment: ["CNNREPL_SHELL_HISTORY": ""]) == nil)
    #expect(HistoryFile.standard(environment: [:]) == nil)
    #expect(
      HistoryFile.standard(environment: ["HOME": "/h"])
        == HistoryFile(path: "/h/.local/state/cnnrepl/history"))
    #expect(
      HistoryFile.standard(environment: ["HOME": "/h", "XDG_STATE_HOME": "/s"])
        == HistoryFile(path: "/s/cnnrepl/history"))
  }
}
