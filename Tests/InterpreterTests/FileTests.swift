import Foundation
import Interpreter
import Testing

/// Files that programs write come back as they were.
@Test func tensorsAndTextSurviveFiles() throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let session = Session()
  #expect(
    session.output(
      of: """
        let folder = "\(folder.path)"
        let x = Tensor([[1.5, -2], [3, 4]])
        writeArray(x, to: folder + "/x.npy")
        writeArray(argmax(x, axis: 1), to: folder + "/labels.npy")
        let y = readArray(folder + "/x.npy")
        let labels = readArray(folder + "/labels.npy")
        print(y == x, y.shape, labels, labels.elementType)
        writeText("가\\nb", to: folder + "/a.txt")
        print(readText(folder + "/a.txt").count, files(in: folder))
        """)
      == "true [2, 2] [0 1] int32\n3 [\"a.txt\", \"labels.npy\", \"x.npy\"]\n")
  // NumPy's own bytes for np.save of np.array([1, 2], dtype=np.float32).
  let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
  var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]
  bytes += Array((header + String(repeating: " ", count: 117 - header.utf8.count) + "\n").utf8)
  bytes += [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
  try Data(bytes).write(to: folder.appendingPathComponent("numpy.npy"))
  #expect(session.output(of: "readArray(folder + \"/numpy.npy\").array") == "[1.0, 2.0]")
  #expect(
    session.failure(of: "readArray(folder + \"/a.txt\")")?.message.contains("is not a NumPy array") == true)
}

/// What a file declares is known to the cell that imports it, and stays.
@Test func importedNamesAreKnown() throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }
  try write("inner.cnn", "let base = 10")
  try write(
    "helpers.cnn",
    "import \"\(folder.path)/inner.cnn\"\nfunc plus(_ n: Int) -> Int { n + base }\nlet (a, b) = (1, 2)")
  try write("broken.cnn", "let = 3")
  let session = Session()
  let path = "\(folder.path)/helpers.cnn"
  #expect(session.output(of: "import \"\(path)\"\nlet own = plus(5) + a\nprint(own)") == "16\n")
  #expect(session.output(of: "print(own, b, plus(1))") == "16 2 11\n")
  #expect(
    Session().failure(of: "print(plus(1))\nimport \"\(path)\"")?.message
      == "'plus' is used before it is declared")
  #expect(Session().failure(of: "print(1)\nimport \"\(folder.path)/no.cnn\"")?.kind == "FileError")
  #expect(Session().failure(of: "import \"\(folder.path)/broken.cnn\"")?.kind == "ImportError")
  #expect(Session().failure(of: "import \"\(path)\"\nplsu(1)")?.text.contains("did you mean 'plus'?") == true)
}
