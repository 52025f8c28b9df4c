import Foundation
import Testing

@Suite struct UsageTests {
  @Test(arguments: [
    ["--help"], ["-h"], ["help"], ["help", "run"], ["run", "--help"], ["install", "--help"],
    ["kernel", "--help"],
    ["shell", "--help"], ["-i", "--help"],
  ])
  func helpIsThereAtEveryLevel(arguments: [String]) throws {
    let run = try ProgramRun(arguments)
    #expect(run.status == 0)
    #expect(run.output.contains("USAGE: cnnrepl"))
    #expect(run.errors == "")
  }

  @Test(arguments: [
    ["--version"], ["run", "--version"], ["install", "--version"], ["kernel", "--version"],
  ])
  func theVersionIsThereAtEveryLevel(arguments: [String]) throws {
    let run = try ProgramRun(arguments)
    #expect(run.status == 0)
    #expect(run.output.split(separator: ".").count == 3)
  }

  @Test(arguments: [
    ["--no-such"], ["run"], ["run", "--no-such", "a.ipynb"], ["-e"], ["a.cnn", "-e", "1"],
    ["a.cnn", "b.cnn"],
    ["run", "a.ipynb", "-o", "b.ipynb", "--in-place"], ["run", "a.ipynb", "--timeout", "0"],
    ["run", "a.ipynb", "--timeout", "soon"], ["run", "a.ipynb", "-p", "epochs"],
    ["run", "a.ipynb", "-p", "1x=2"],
    ["run", "a.cnn", "-p", "x=1"], ["run", "a.cnn", "--allow-errors"], ["run", "a.cnn", "--in-place"],
    ["kernel"], ["install", "--user", "--sys-prefix"],
  ])
  func badUsageIs64(arguments: [String]) throws {
    let run = try ProgramRun(arguments)
    #expect(run.status == 64)
    #expect(run.output == "")
    #expect(run.errors.contains("Error: "))
    #expect(run.errors.contains("Usage: cnnrepl"))
  }

  @Test(arguments: [
    ["none.cnn"], ["none"], ["run", "none.cnn"], ["run", "none.ipynb"], ["folder.cnn"],
    ["run", "folder.cnn"],
    ["run", "folder.ipynb"], ["run", "table.csv"], ["latin.cnn"], ["run", "text.ipynb"],
    ["run", "list.ipynb"],
    ["run", "python.ipynb"], ["text.ipynb"], ["run", "good.ipynb", "-o", "nowhere/out.ipynb"],
    ["run", "good.ipynb", "-o", "folder.cnn"],
  ])
  func aFileThatIsNotWhatItShouldBeIs66(arguments: [String]) throws {
    let folder = try Scratch()
    for name in ["folder.cnn", "folder.ipynb"] {
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent(name), withIntermediateDirectories: false)
    }
    try folder.write("table.csv", "1,2\n")
    try Data([0x6C, 0x65, 0x74, 0xE9, 0x0A]).write(to: folder.url.appendingPathComponent("latin.cnn"))
    try folder.write("text.ipynb", "let a = 1\n")
    try folder.write("list.ipynb", "[]")
    let other = #"{"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}"#
    try folder.write(
      "python.ipynb", #"{"cells": [], "metadata": \#(other), "nbformat": 4, "nbformat_minor": 5}"#)
    try folder.write("good.ipynb", #"{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#)
    let run = try ProgramRun(arguments, in: folder)
    #expect(run.status == 66)
    #expect(run.output == "")
    #expect(run.errors.hasPrefix("error: "))
  }

  @Test func aMistypedSubcommandIsExplained() throws {
    let run = try ProgramRun("instal")
    #expect(run.status == 66)
    #expect(run.errors.contains("name a file, or a subcommand: "))
    #expect(run.errors.contains("install"))
  }
}
