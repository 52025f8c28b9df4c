import Datasets
import TensorRuntime
import Testing

@Suite("IDX files")
struct IDXFileTests {
  let folder: TemporaryFolder
  /// Two images of 2 x 3 as the format's page lays them out: magic 0x00000803, three sizes, the pixels.
  static let good: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + Array(1...12)

  init() throws { folder = try TemporaryFolder() }

  @Test("Raw and gzip-compressed files read the same", arguments: [false, true])
  func reads(isCompressed: Bool) throws {
    let path = try folder.write(isCompressed ? gzipped(Self.good) : Self.good, to: "images")
    let file = try IDXFile(path: path, axes: 3)
    #expect(file.shape == [2, 2, 3])
    #expect(file.bytes == Array(1...12))
  }

  static let damaged: [(bytes: [UInt8], says: String)] = [
    ([], "is cut short: no complete IDX header"),
    ([0, 0, 8, 3, 0, 0], "is cut short: no complete IDX header"),
    (good.dropLast(), "is cut short: its header says [2, 2, 3], that is 12 bytes"),
    (good + [0], "is too long: its header says [2, 2, 3], more follows"),
    ([0, 0, 8, 1] + good.dropFirst(4), "starts with 00 00 08 01, wanted 00 00 08 03"),
    ([0, 0, 13, 3] + good.dropFirst(4), "starts with 00 00 0d 03"),
    (Array("<!DOCTYPE html>".utf8), "starts with 3c 21 44 4f"),
    ([0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], "which can't be right"),
    ([0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28], "which can't be right"),
    (
      [0, 0, 8, 3, 0, 0, 64, 0, 0, 0, 0, 28, 0, 0, 0, 28, 7], "is cut short: its header says [16384, 28, 28]"
    ),
  ]

  @Test("A damaged file is an error that names it and says what to do", arguments: damaged)
  func refuses(bytes: [UInt8], says: String) throws {
    for content in [bytes, gzipped(bytes)] {
      let path = try folder.write(content, to: "images")
      let error = #expect(throws: DatasetError.self) { try IDXFile(path: path, axes: 3) }
      #expect(error?.message.hasPrefix(path) == true)
      #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
      #expect(error?.fix?.contains("fetch it again") == true)
    }
  }

  @Test("A compressed file that stops in the middle is an error")
  func refusesCutGzip() throws {
    let noise = (0..<5000).map { UInt8(truncatingIfNeeded: Philox(seed: 1, stream: 2).word($0)) }
    let whole = gzipped([0, 0, 8, 1, 0, 0, 0x13, 0x88] + noise)
    let path = try folder.write(Array(whole.prefix(whole.count / 2)), to: "labels.gz")
    let error = #expect(throws: DatasetError.self) { try IDXFile(path: path, axes: 1) }
    #expect(error?.message == "can't read \(path): it stops in the middle")
  }

  @Test("A missing file and a folder are errors that name them")
  func refusesOtherThings() throws {
    #expect(throws: DatasetError("can't read /nowhere/x: no such file")) {
      try IDXFile(path: "/nowhere/x", axes: 1)
    }
    let error = #expect(throws: DatasetError.self) { try IDXFile(path: folder.path, axes: 1) }
    #expect(error?.message.hasSuffix("it is a folder") == true)
  }

  @Test("Changed bytes give an error or a file of the size it says, never more")
  func survivesFuzzing() throws {
    let random = Philox(seed: 2024, stream: 0)
    let seeds = [Self.good, gzipped(Self.good)]
    for trial in 0..<2000 {
      var bytes = seeds[trial % 2]
      for change in 0..<1 + trial % 4 {
        let draw = random.block(UInt64(trial * 8 + change))
        bytes[Int(draw.x) % bytes.count] = UInt8(truncatingIfNeeded: draw.y)
        if draw.z % 5 == 0 { bytes.removeLast(Int(draw.w) % bytes.count) }
        if bytes.isEmpty { bytes = [0] }
      }
      let path = try folder.write(bytes, to: "fuzz")
      if let file = try? IDXFile(path: path, axes: 3) {
        #expect(file.bytes.count == file.shape.reduce(1, *))
      }
    }
  }
}
