import Datasets
import ImageCodecs
import TensorRuntime
import Testing

@Suite("Folders of images")
struct ImageFolderTests {
  let folder: TemporaryFolder
  let random = Philox(seed: 1, stream: 0)

  init() throws { folder = try TemporaryFolder() }

  private func write(_ color: [UInt8], _ name: String, width: Int = 8, height: Int = 8) throws {
    try folder.write(PNG.encode(PixelImage(width: width, height: height, filledWith: color)), to: name)
  }

  @Test("A folder is a class; files that can't be read are named and left out")
  func classFolders() throws {
    try write([255, 0, 0], "pets/dog/b.png")
    try write([0, 255, 0], "pets/cat/a.png", width: 20, height: 10)
    try write([7], "pets/cat/gray.PNG")
    try folder.write([1, 2, 3], to: "pets/dog/broken.jpg")
    try folder.write([1, 2, 3], to: "pets/dog/notes.txt")
    var pets = ImageFolder(folder.path + "/pets")
    pets.size = (4, 6)
    let result = try pets.load()
    #expect(result.images.classNames == ["cat", "dog"])
    #expect(result.images.shape == [3, 4, 6])
    #expect(result.images.labels == [0, 0, 1])
    // Red 255, 7 and 0; green 0, 7 and 255; blue 0, 7 and 0.
    let means: [Double] = [262, 262, 7]
    #expect(result.images.statistics.mean == means.map { Float($0 / 3 / 255) })
    #expect(result.problems.count == 1)
    #expect(result.problems[0].hasSuffix("broken.jpg: not an image in a format that is read"))
    pets.isGray = true
    #expect(try pets.load().images.bytes(2).allSatisfy { $0 == 76 })
  }

  @Test("Classes may stand in the names; the first image gives the size")
  func classNames() throws {
    for number in 0..<10 {
      try write([UInt8(number)], "all/cat.\(number).png", width: 5, height: 3)
      try write([UInt8(100 + number)], "all/dog.\(number).png")
    }
    let (dataset, problems) = try ImageFolder(folder.path + "/all").dataset(validation: 0.25, random: random)
    #expect(problems.isEmpty)
    #expect(dataset.shape == [3, 3, 5])
    #expect(dataset.name == "all")
    #expect(dataset.test.classCounts == [2, 2])
    #expect(dataset.validation.classCounts == [2, 2])
    #expect(dataset.train.classCounts == [6, 6])
  }

  @Test("Parts that are there are used as they are")
  func parts() throws {
    for (part, count) in [("train", 4), ("test", 2), ("val", 1)] {
      for number in 0..<count {
        try write([1], "set/\(part)/a/\(number).png")
        try write([2], "set/\(part)/b/\(number).png")
      }
    }
    let dataset = try ImageFolder(folder.path + "/set").dataset(random: random).dataset
    #expect((dataset.train.count, dataset.validation.count, dataset.test.count) == (8, 2, 4))
    try write([3], "set/test/c/0.png")
    #expect(throws: DatasetError.self) { try ImageFolder(folder.path + "/set").dataset(random: random) }
  }

  @Test("Missing and empty folders are errors that say what is wanted")
  func refuses() throws {
    let missing = folder.path + "/nowhere"
    #expect(
      throws: DatasetError("no folder \(missing)", fix: "give the folder that has a folder for each class")
    ) {
      try ImageFolder(missing).load()
    }
    try folder.write([1], to: "empty/x.txt")
    let error = #expect(throws: DatasetError.self) { try ImageFolder(folder.path + "/empty").load() }
    #expect(error?.message.hasPrefix("no images in") == true)
    try folder.write([1], to: "bad/a/x.png")
    #expect(throws: DatasetError.self) { try ImageFolder(folder.path + "/bad").load() }
    var huge = ImageFolder(folder.path + "/bad")
    huge.size = (1 << 40, 1 << 40)
    #expect(throws: (any Error).self) { try huge.load() }
  }
}
