import Datasets
import ImageCodecs
import Testing

@Suite("Classes in names")
struct NamePatternTests {
  static let cases: [(pattern: String, name: String, finds: String?)] = [
    ("{class}.*.jpg", "cat.0.jpg", "cat"), ("{class}_*.jpg", "great_pyrenees_173.jpg", "great_pyrenees"),
    ("*-{class}.png", "0001-dog.png", "dog"), ("{class}", "frog.png", "frog.png"), ("{class}*", "a", "a"),
    ("img({class}).png", "img(x).png", "x"), ("*_{class}_*", "a_b_c_d", "c"),
    ("{class}_*.jpg", "cat.jpg", nil),
    ("{class}.png", ".png", nil), ("{class}.png", "a.PNG", nil), ("été-{class}.*", "été-ü.gif", "ü"),
  ]

  @Test("A pattern finds the class, as much as there can be", arguments: cases)
  func finds(pattern: String, name: String, finds: String?) throws {
    #expect(try NamePattern(pattern).className(in: name) == finds)
  }

  @Test("A pattern says {class} once", arguments: ["", "*", "cat", "{class}{class}", "{Class}_*"])
  func refuses(pattern: String) {
    #expect(throws: DatasetError.self) { try NamePattern(pattern) }
  }

  @Test("Many stars take no longer than the lengths multiplied")
  func manyStars() throws {
    let pattern = try NamePattern(String(repeating: "*a", count: 60) + "{class}b")
    #expect(pattern.className(in: String(repeating: "a", count: 250)) == nil)
  }

  @Test("A folder of names of many kinds")
  func folders() throws {
    let folder = try TemporaryFolder()
    for name in ["shiba_inu_1", "shiba_inu_2", "pug_1", "pug_2", "readme"] {
      try folder.write(PNG.encode(PixelImage(width: 2, height: 2, filledWith: [7])), to: "pets/\(name).png")
    }
    var pets = ImageFolder(folder.path + "/pets")
    pets.pattern = try NamePattern("{class}_*.png")
    let result = try pets.load()
    #expect(result.images.classNames == ["pug", "shiba_inu"])
    #expect(result.images.labels == [0, 0, 1, 1])
    #expect(result.problems == ["\(pets.path)/readme.png: its name is not like {class}_*.png"])
    pets.pattern = try NamePattern("x{class}")
    #expect(throws: DatasetError.self) { try pets.load() }
  }
}
