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
        writeTensor(x, folder + "/x.npy")
        writeTensor(argmax(x, axis: 1), folder + "/labels.npy")
        let y = readTensor(folder + "/x.npy")
        let labels = readTensor(folder + "/labels.npy")
        print(y == x, y.shape, labels, labels.elementType)
        writeText(folder + "/a.txt", "가\\nb")
        print(readText(folder + "/a.txt").count, files(in: folder))
        """)
      == "true [2, 2] [0 1] int32\n3 [\"a.txt\", \"labels.npy\", \"x.npy\"]\n")
  // NumPy's own bytes for np.save of np.array([1, 2], dtype=np.float32).
  let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
  var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]
  bytes += Array((header + String(repeating: " ", count: 117 - header.utf8.count) + "\n").utf8)
  bytes += [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
  try Data(bytes).write(to: folder.appendingPathComponent("numpy.npy"))
  #expect(session.output(of: "readTensor(folder + \"/numpy.npy\").array") == "[1.0, 2.0]")
  #expect(
    session.failure(of: "readTensor(folder + \"/a.txt\")")?.message.contains("is not a NumPy array") == true)
}
