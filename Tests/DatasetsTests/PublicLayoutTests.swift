import Datasets
import Foundation
import TensorRuntime
import Testing

@Suite("Public sets in MNIST's file layout")
struct PublicLayoutTests {
  let folder: TemporaryFolder
  var folders: DataFolders { DataFolders(own: folder.path, cache: folder.path + "/cache", mayFetch: false) }

  init() throws { folder = try TemporaryFolder() }

  /// Images whose pixel at row r and column c is 10 r + c, with these labels.
  private func write(_ set: IDXSet, labels: [UInt8], height: Int = 4, width: Int = 3) throws {
    let image = (0..<height).flatMap { row in (0..<width).map { UInt8(10 * row + $0) } }
    let header: [UInt8] = [
      0, 0, 8, 3, 0, 0, 0, UInt8(labels.count), 0, 0, 0, UInt8(height), 0, 0, 0, UInt8(width),
    ]
    for pair in [set.train, set.test] {
      try folder.write(
        gzipped(header + labels.flatMap { _ in image }), to: "\(set.folder)/\(pair.images.name)")
      try folder.write(
        gzipped([0, 0, 8, 1, 0, 0, 0, UInt8(labels.count)] + labels), to: "\(set.folder)/\(pair.labels.name)")
    }
  }

  @Test("Fashion-MNIST and KMNIST read as they lie", arguments: [IDXSet.fashionMNIST, .kmnist])
  func readsRelatives(_ set: IDXSet) throws {
    try write(set, labels: [9, 0])
    let data = try set.load(folders: folders)
    #expect(data.shape == [1, 4, 3])
    #expect(data.train.labels == [9, 0])
    #expect(Array(data.test.bytes(1)) == [0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32])
    #expect(data.classNames.count == 10)
  }

  @Test("EMNIST's images are turned upright, and its letters count from 1")
  func readsEMNIST() throws {
    for part in IDXSet.EMNISTPart.allCases {
      let set = IDXSet.emnist(part)
      let first: UInt8 = part == .letters ? 1 : 0
      try write(set, labels: [first, first + UInt8(set.classNames.count) - 1])
      let data = try set.load(folders: folders)
      #expect(data.train.labels == [0, Int32(set.classNames.count) - 1], "\(part)")
      // Rows and columns are exchanged: the first row of what is read is the first column of the file.
      #expect(data.shape == [1, 3, 4])
      #expect(Array(data.train.bytes(0)) == [0, 10, 20, 30, 1, 11, 21, 31, 2, 12, 22, 32])
    }
    #expect(IDXSet.emnist(.balanced).classNames.count == 47)
    #expect(IDXSet.emnist(.byclass).classNames.count == 62)
    try write(.emnist(.letters), labels: [0])
    #expect(throws: DatasetError.self) { try IDXSet.emnist(.letters).load(folders: folders) }
  }

  @Test("Headers that lie are errors within a fixed budget of tries and memory")
  func fuzzes() throws {
    var state: UInt64 = 88_172_645_463_325_252
    let next = { () -> Int in
      // Marsaglia's xorshift64.
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state >> 33)
    }
    let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8]
    let cifar = ([3] + [UInt8](repeating: 9, count: 3072)) as [UInt8]
    let array = NPY.encode(NumericArray(shape: [2, 3], elements: .floats([1, 2, 3, 4, 5, 6])))
    for number in 0..<600 {
      let source = [images, gzipped(images), array, cifar][number % 4]
      var bytes = source
      let reach = number % 4 == 3 ? bytes.count : min(bytes.count, 64)
      for _ in 0..<1 + next() % 3 { bytes[next() % reach] = UInt8(next() & 255) }
      if next() % 4 == 0 { bytes.removeLast(next() % bytes.count) }
      let path = try folder.write(bytes, to: "cifar-100-binary/train.bin")
      if let file = try? IDXFile(path: path, axes: 3) {
        #expect(file.bytes.count == file.shape.reduce(1, *))
      }
      if let read = try? ArrayFile.read(path: path) {
        for (_, array) in read { #expect(array.count == array.shape.reduce(1, *)) }
      }
      _ = try? CIFARSet.cifar100.load(folders: folders)
    }
    var status = rusage()
    // 0 is RUSAGE_SELF, whose Swift type is not that of the parameter.
    getrusage(0, &status)
    #expect(status.ru_maxrss < 2 << 20, "kilobytes at most in use")
  }
}

@Suite("Arrays and tables as images")
struct ImageArrayTests {
  @Test("Keras' layout, channels first and single planes")
  func layouts() throws {
    let last = NumericArray(shape: [1, 2, 2, 3], elements: .bytes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]))
    let labels = NumericArray(shape: [1], elements: .integers([2]))
    let images = try LabelledImages(images: last, labels: labels)
    #expect(images.shape == [3, 2, 2])
    #expect(Array(images.bytes(0)) == [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12])
    #expect(images.classNames == ["0", "1", "2"])
    let plane = NumericArray(shape: [1, 1, 2], elements: .floats([0, 1]))
    #expect(Array(try LabelledImages(images: plane, labels: labels).bytes(0)) == [0, 255])
    for wrong: NumericArray.Elements in [.floats([0, 2]), .integers([0, 256]), .integers([-1, 0])] {
      #expect(throws: DatasetError.self) {
        try LabelledImages(images: NumericArray(shape: [1, 1, 2], elements: wrong), labels: labels)
      }
    }
  }

  @Test("A table with a line of names, its class first or last")
  func tables() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("label,p0,p1\r\n1,0,255\n\n0, 7,8".utf8), to: "a.csv")
    var table = PixelTable(shape: [1, 1, 2])
    let images = try table.read(path: path)
    #expect(images.labels == [1, 0])
    #expect(Array(images.bytes(1)) == [7, 8])
    table.label = .last
    #expect(try table.read(path: folder.write(Array("3,4,1\n".utf8), to: "b.csv")).labels == [1])
    // As spreadsheets write tables, with and without a line of names.
    for text in ["\u{feff}3,4,1\n", "\u{feff}a,b,c\r\n\"3\";\"4\";\"1\"\r\n"] {
      let images = try table.read(path: folder.write(Array(text.utf8), to: "c.csv"))
      #expect(images.labels == [1] && Array(images.bytes(0)) == [3, 4])
    }
  }

  @Test(
    "What is wrong with a table is said with its line",
    arguments: [
      ("1,2\n", "line 1: 2 numbers, wanted 3"), ("1,2,3\n1,2,3,4\n", "line 2: more than 3 numbers"),
      ("1,2,999\n", "line 1: a pixel of 999"), ("1,2,3\n1,x,3\n", "line 2: 'x' in a number"),
      ("1,,3\n", "a number is missing"), ("-1,2,3\n1,2,3\n", "line 1: '-' in a number"),
      ("a,b\n", "holds no images"), ("", "holds no images"),
    ])
  func tableProblems(text: String, says: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), to: "a.csv")
    let error = #expect(throws: DatasetError.self) { try PixelTable(shape: [1, 1, 2]).read(path: path) }
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }
}

@Suite("Moving digits")
struct MovingDigitsTests {
  @Test("A film is a function of its sequence and number; digits stay inside and keep their ink")
  func films() throws {
    var films = MovingDigits()
    (films.count, films.frames, films.digits) = (3, 30, 1)
    let random = Philox(seed: 7, stream: 1)
    let found = try films.films(random: random)
    #expect(found.shape == [30, 64, 64])
    films.count = 2
    #expect(try Array(films.films(random: random).bytes(1)) == Array(found.bytes(1)))
    let film = Array(found.bytes(0))
    let ink = (0..<30).map { frame in
      film[frame * 4096..<(frame + 1) * 4096].reduce(0) { $0 + Int($1) }
    }
    #expect(ink[0] > 0 && Set(ink).count == 1)
    let box = try #require(found.extras(0).boxes.first)
    #expect(box.label == found.label(0))
    films.size = 16
    #expect(throws: DatasetError.self) { try films.films(random: random) }
  }
}
