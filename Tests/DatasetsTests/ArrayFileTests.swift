import Datasets
import TensorRuntime
import Testing

@Suite("NumPy files")
struct ArrayFileTests {
  /// Lays out a version 1 file around a header line, as NEP 1 says.
  private func file(_ header: String, _ content: [UInt8]) -> [UInt8] {
    [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + content
  }

  static let types: [(type: String, content: [UInt8], elements: NumericArray.Elements)] = [
    ("|u1", [1, 255], .bytes([1, 255])), ("|b1", [0, 7], .bytes([0, 1])),
    ("|i1", [1, 255], .integers([1, -1])),
    ("<i2", [1, 0, 254, 255], .integers([1, -2])), (">i2", [0, 1, 255, 254], .integers([1, -2])),
    ("<u4", [0, 0, 0, 128, 1, 0, 0, 0], .integers([2_147_483_648, 1])),
    ("<f4", [0, 0, 128, 63, 0, 0, 0, 192], .floats([1, -2])),
    (">f4", [63, 128, 0, 0, 192, 0, 0, 0], .floats([1, -2])),
    ("<f8", [0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 0, 0, 0, 192], .floats([1, -2])),
    ("<f2", [0, 60, 0, 192], .floats([1, -2])),
  ]

  @Test("Each number type is read", arguments: types)
  func readsTypes(type: String, content: [UInt8], elements: NumericArray.Elements) throws {
    let bytes = file("{'descr': '\(type)', 'fortran_order': False, 'shape': (2,), }\n", content)
    #expect(try NPY.decode(bytes, name: "x") == NumericArray(shape: [2], elements: elements))
  }

  @Test("Arrays with the first axis fastest are put in order")
  func readsFortranOrder() throws {
    let bytes = file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", [1, 4, 2, 5, 3, 6])
    #expect(try NPY.decode(bytes, name: "x").elements == .bytes([1, 2, 3, 4, 5, 6]))
  }

  @Test("What is written reads back")
  func roundTrip() throws {
    for array in [
      NumericArray(shape: [2, 2], elements: .floats([1.5, -0, .infinity, 1e-30])),
      NumericArray(shape: [], elements: .integers([-7])), NumericArray(shape: [0, 3], elements: .bytes([])),
    ] {
      let bytes = NPY.encode(array)
      #expect(try NPY.decode(bytes, name: "x") == array)
      #expect((Int(bytes[8]) + Int(bytes[9]) << 8 + 10) % 64 == 0)
    }
  }

  static let damaged: [(header: String, content: [UInt8], says: String)] = [
    ("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", [1, 2], "has 2 bytes of numbers"),
    ("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", [1, 2], "has 2 bytes of numbers"),
    (
      "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999, 99999999), }", [],
      "too large to read"
    ),
    ("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,), }", [], "can't be read"),
    ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", [0], "holds elements of type |O"),
    ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", [0], "holds elements of type <c8"),
    ("hello", [0], "can't be read"),
  ]

  @Test("Headers that lie are errors that name the file", arguments: damaged)
  func refuses(header: String, content: [UInt8], says: String) {
    let error = #expect(throws: DatasetError.self) { try NPY.decode(file(header, content), name: "a.npy") }
    #expect(error?.message.hasPrefix("a.npy") == true)
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  /// `np.savez_compressed` of a = arange(6, dtype=uint8).reshape(2, 3) and b = [1.5], made with numpy 2.4.6.
  static let archive: [UInt8] = [
    80, 75, 3, 4, 45, 0, 0, 0, 8, 0, 0, 0, 33, 0, 126, 158, 215, 207, 255, 255, 255, 255, 255, 255,
    255, 255, 5, 0, 20, 0, 97, 46, 110, 112, 121, 1, 0, 16, 0, 134, 0, 0, 0, 0, 0, 0, 0, 76,
    0, 0, 0, 0, 0, 0, 0, 155, 236, 23, 234, 27, 16, 201, 200, 80, 198, 80, 173, 158, 146, 90, 156, 92,
    164, 110, 165, 160, 94, 83, 106, 168, 174, 163, 160, 158, 150, 95, 84, 82, 148, 152, 23, 159, 95, 148,
    146, 10,
    18, 119, 75, 204, 41, 78, 5, 138, 23, 103, 36, 22, 164, 2, 249, 26, 70, 58, 10, 198, 154, 58, 10, 181,
    10, 100, 3, 46, 6, 70, 38, 102, 22, 86, 0, 80, 75, 3, 4, 45, 0, 0, 0, 8, 0, 0, 0, 33,
    0, 179, 93, 2, 31, 255, 255, 255, 255, 255, 255, 255, 255, 5, 0, 20, 0, 98, 46, 110, 112, 121, 1, 0,
    16, 0, 136, 0, 0, 0, 0, 0, 0, 0, 73, 0, 0, 0, 0, 0, 0, 0, 155, 236, 23, 234, 27, 16,
    201, 200, 80, 198, 80, 173, 158, 146, 90, 156, 92, 164, 110, 165, 160, 110, 147, 102, 161, 174, 163, 160,
    158, 150,
    95, 84, 82, 148, 152, 23, 159, 95, 148, 146, 10, 18, 119, 75, 204, 41, 78, 5, 138, 23, 103, 36, 22, 164,
    2, 249, 26, 134, 58, 154, 58, 10, 181, 10, 20, 0, 46, 6, 48, 248, 97, 15, 0, 80, 75, 1, 2, 45,
    3, 45, 0, 0, 0, 8, 0, 0, 0, 33, 0, 126, 158, 215, 207, 76, 0, 0, 0, 134, 0, 0, 0, 5,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 1, 0, 0, 0, 0, 97, 46, 110, 112, 121, 80, 75,
    1, 2, 45, 3, 45, 0, 0, 0, 8, 0, 0, 0, 33, 0, 179, 93, 2, 31, 73, 0, 0, 0, 136, 0,
    0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 1, 131, 0, 0, 0, 98, 46, 110, 112,
    121, 80, 75, 5, 6, 0, 0, 0, 0, 2, 0, 2, 0, 102, 0, 0, 0, 3, 1, 0, 0, 0, 0,
  ]

  @Test("A compressed archive gives its arrays by name")
  func readsArchive() throws {
    let arrays = try NPZ.decode(Self.archive, name: "x.npz")
    #expect(arrays["a"] == NumericArray(shape: [2, 3], elements: .bytes([0, 1, 2, 3, 4, 5])))
    #expect(arrays["b"] == NumericArray(shape: [1], elements: .floats([1.5])))
    #expect(arrays.count == 2)
  }

  @Test("Changed and cut archives give an error or arrays of the right size")
  func fuzz() throws {
    let random = Philox(seed: 5, stream: 5)
    for trial in 0..<3000 {
      var bytes = Self.archive
      let draw = random.block(UInt64(trial))
      bytes[Int(draw.x) % bytes.count] = UInt8(truncatingIfNeeded: draw.y)
      if draw.z % 4 == 0 { bytes.removeLast(Int(draw.w) % bytes.count) }
      if let arrays = try? NPZ.decode(bytes, name: "x") {
        for array in arrays.values { #expect(array.count == array.shape.reduce(1, *)) }
      }
      var plain = NPY.encode(NumericArray(shape: [2, 3], elements: .integers([1, 2, 3, 4, 5, 6])))
      plain[Int(draw.x) % plain.count] = UInt8(truncatingIfNeeded: draw.y)
      if let array = try? NPY.decode(plain, name: "x") { #expect(array.count == array.shape.reduce(1, *)) }
    }
  }
}
