import Datasets
import Foundation
import ImageCodecs
import TensorRuntime
import Testing

/// Masks of 6 × 4 pixels written by Pillow 12: the numbers 0, 1, 2, 3 again and again.
private enum PillowMask {
  /// With a palette, 2 bits a pixel.
  static let palette =
    "iVBORw0KGgoAAAANSUhEUgAAAAYAAAAEAgMAAADQaqbQAAAADFBMVEUAAADIAAAAyAAAAMh6LH9eAAAAFElEQVR4nGOU/sq48T+j9FfGjf8BHiIFhTEMu2cAAAAASUVORK5CYII="
  /// Grey, 1 bit a pixel: 1 where the number is above 1.
  static let bit =
    "iVBORw0KGgoAAAANSUhEUgAAAAYAAAAEAQAAAACFf3PuAAAAEElEQVR4nGMwYDjDYMBwBgAGsAH5FlnbmgAAAABJRU5ErkJggg=="
  /// Grey, 8 bits a pixel: the number times 20.
  static let grey =
    "iVBORw0KGgoAAAANSUhEUgAAAAYAAAAECAAAAACIbxGfAAAAGUlEQVR4nGNgENGwYRBh1BA5IiIiwoDCAwAuIAOTzvvBfQAAAABJRU5ErkJggg=="
  /// RGB with channels that differ.
  static let colors =
    "iVBORw0KGgoAAAANSUhEUgAAAAYAAAAECAIAAAAiZtkUAAAAKUlEQVR4nGNgYGBgZGJkYmFiZmOGsBmZWJgYmRj//vrLyMQIQQxEqQIAwZAGU7zlC0AAAAAASUVORK5CYII="

  static func bytes(_ text: String) -> [UInt8] { [UInt8](Data(base64Encoded: text) ?? Data()) }
}

@Suite("Images with masks")
struct MaskSetTests {
  let folder: TemporaryFolder
  let random = Philox(seed: 1, stream: 0)
  private let numbers = (0..<24).map { UInt8($0 % 4) }

  init() throws { folder = try TemporaryFolder() }

  @Test("Palette indices and grey values are read as they are stored")
  func labels() throws {
    #expect(try PNG.decodeLabels(PillowMask.bytes(PillowMask.palette)).pixels == numbers)
    #expect(try PNG.decodeLabels(PillowMask.bytes(PillowMask.bit)).pixels == numbers.map { $0 > 1 ? 1 : 0 })
    #expect(try PNG.decodeLabels(PillowMask.bytes(PillowMask.grey)).pixels == numbers.map { $0 * 20 })
    #expect(throws: ImageError.self) { try PNG.decodeLabels(PillowMask.bytes(PillowMask.colors)) }
    let flat = try PixelImage(width: 2, height: 1, channels: 3, pixels: [5, 5, 5, 7, 7, 7])
    #expect(try PNG.decodeLabels(PNG.encode(flat)).pixels == [5, 7])
  }

  private func write(_ name: String, mask: [UInt8], in images: String = "images", _ masks: String = "masks")
    throws
  {
    try folder.write(
      PNG.encode(PixelImage(width: 6, height: 4, filledWith: [9, 9, 9])), to: "\(images)/\(name).png")
    try folder.write(mask, to: "\(masks)/\(name).png")
  }

  private func grey(_ numbers: [UInt8]) throws -> [UInt8] {
    try PNG.encode(PixelImage(width: 6, height: 4, channels: 1, pixels: numbers))
  }

  @Test("Images meet the masks of their names; what has none is named")
  func pairs() throws {
    for name in ["a", "b", "c", "d", "e"] { try write(name, mask: PillowMask.bytes(PillowMask.palette)) }
    try folder.write(PNG.encode(PixelImage(width: 6, height: 4, filledWith: [1])), to: "images/lonely.png")
    try folder.write([1, 2], to: "images/broken.png")
    try folder.write(grey(numbers), to: "masks/broken_mask.png")
    let (set, problems) = try ImageMaskFolder(folder.path).dataset(random: random)
    #expect((set.train.count, set.test.count) == (4, 1))
    #expect(set.train.store.maskNames == ["background", "class 1", "class 2", "class 3"])
    #expect(set.train.hasMasks)
    #expect(set.train.extras(0).masks == [numbers])
    #expect(problems.count == 2)
    #expect(problems.contains { $0.contains("lonely.png has no mask") })
    #expect(problems.contains { $0.contains("broken.png") })
  }

  @Test("Parts, names, values, ignored pixels and sizes")
  func settings() throws {
    let mask = try grey(numbers.map { $0 < 2 ? 0 : $0 == 2 ? 255 : 128 })
    try write("a", mask: mask, in: "train/images", "train/masks")
    try write("b", mask: mask, in: "val/images", "val/masks")
    try write("c", mask: mask, in: "images/test", "masks/test")
    var reader = ImageMaskFolder(folder.path)
    (reader.values, reader.ignored, reader.classNames) = ([0, 255], 128, ["no", "yes"])
    reader.size = (8, 12)
    let set = try reader.dataset(random: random).dataset
    #expect([set.train, set.validation, set.test].map(\.count) == [1, 1, 1])
    #expect(set.shape == [3, 8, 12])
    // Twice as large, each number four times: 0, 0, then class 1, then what doesn't count.
    #expect(set.train.extras(0).masks[0].prefix(12) == [0, 0, 0, 0, 1, 1, 128, 128, 0, 0, 0, 0])
    reader.values = [0, 200]
    #expect(throws: DatasetError.self) { try reader.dataset(random: random) }
  }

  @Test("Numbers that can't be classes are errors with a way out")
  func numbersOutside() throws {
    try write("a", mask: try grey(numbers.map { $0 > 1 ? 255 : 0 }))
    let error = #expect(throws: DatasetError.self) {
      try ImageMaskFolder(folder.path).dataset(random: random)
    }
    #expect(error?.fix?.hasPrefix("values: [0, 255]") == true)
    try write("a", mask: try grey(numbers))
    var reader = ImageMaskFolder(folder.path)
    reader.classNames = ["one", "two"]
    #expect(throws: DatasetError.self) { try reader.dataset(random: random) }
    #expect(throws: DatasetError.self) { try ImageMaskFolder(folder.path + "/none").dataset(random: random) }
  }

  @Test("Tumors are a few hundredths of the pixels, the same for the same seed")
  func tumors() throws {
    var tumors = Tumors()
    (tumors.count, tumors.size) = (200, 48)
    let images = try tumors.images(random: random)
    let masks = (0..<images.count).map { images.extras($0).masks[0] }
    let found = masks.reduce(0) { $0 + $1.reduce(0) { $0 + Int($1) } }
    let share = Double(found) / Double(200 * 48 * 48)
    #expect((0.012...0.028).contains(share))
    #expect(masks.allSatisfy { $0.contains(1) })
    // They are brighter than the rest.
    var (inside, outside) = ((0, 0), (0, 0))
    for (index, mask) in masks.enumerated() {
      for (pixel, number) in zip(images.bytes(index), mask) {
        if number == 1 {
          inside = (inside.0 + Int(pixel), inside.1 + 1)
        } else {
          outside = (outside.0 + Int(pixel), outside.1 + 1)
        }
      }
    }
    #expect(inside.0 / inside.1 > outside.0 / outside.1 + 40)
    #expect(try tumors.images(random: random).store.pixels == images.store.pixels)
    tumors.share = 0.9
    #expect(throws: DatasetError.self) { try tumors.images(random: random) }
  }
}
