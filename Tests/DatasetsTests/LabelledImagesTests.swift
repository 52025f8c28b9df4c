import Datasets
import ImageCodecs
import TensorRuntime
import Testing

@Suite("Views of labelled images")
struct LabelledImagesTests {
  /// Ten images of 2 channels, 1 x 2: image i holds 4i, 4i + 1, 4i + 2, 4i + 3; labels 0, 1, 0, 1 …
  let images: LabelledImages
  let random = Philox(seed: 7, stream: 1)

  init() throws {
    images = try LabelledImages(
      shape: [2, 1, 2], pixels: (0..<40).map { UInt8($0) }, labels: (0..<10).map { $0 % 2 },
      classNames: ["even", "odd"])
  }

  @Test("Slices, selections and filters keep the pixels of their images")
  func views() throws {
    #expect(try images.slice(2..<4).labels == [0, 1])
    #expect(try images.selecting([9, 0]).bytes(0) == [36, 37, 38, 39])
    #expect(images.take(3).count == 3)
    #expect(images.take(100).count == 10)
    #expect(images.take(-1).count == 0)
    let odd = images.filter(classes: [1])
    #expect(odd.count == 5)
    #expect(Array(odd.bytes(1)) == [12, 13, 14, 15])
    #expect(images.classCounts == [5, 5])
  }

  @Test("Places outside are errors")
  func outside() {
    #expect(throws: DatasetError("image 10 of a set of 10, wanted 0 to 9")) { try images.selecting([10]) }
    #expect(throws: DatasetError.self) { try images.selecting([-1]) }
    #expect(throws: DatasetError.self) { try images.slice(5..<11) }
    #expect(throws: DatasetError.self) { try images.floats([10]) }
  }

  @Test("Counts and class numbers that do not fit are errors")
  func mismatches() {
    let make = { (shape: [Int], pixels: Int, labels: [Int32]) in
      try LabelledImages(
        shape: shape, pixels: [UInt8](repeating: 0, count: pixels), labels: labels, classNames: ["a"])
    }
    #expect(throws: DatasetError.self) { try make([1, 2, 2], 7, [0, 0]) }
    #expect(throws: DatasetError.self) { try make([1, 2, 2], 8, [0, 1]) }
    #expect(throws: DatasetError.self) { try make([1, 2, 2], 8, [0, -1]) }
    #expect(throws: DatasetError.self) { try make([4, 2], 8, [0]) }
    #expect(throws: DatasetError.self) { try make([1 << 62, 1 << 62, 1], 0, [0]) }
  }

  @Test("A batch is [N, C, H, W] of bytes divided by 255")
  func fills() throws {
    #expect(try images.floats([3, 0]) == [12, 13, 14, 15, 0, 1, 2, 3].map { Float($0) / 255 })
    #expect(try images.floats([]) == [])
    let statistics = ChannelStatistics(mean: [0.5, 0.25], std: [0.5, 2])
    let normalized = try images.normalized(by: statistics).floats([1])
    let bytes: [Float] = [4, 5, 6, 7]
    let (means, deviations): ([Float], [Float]) = ([0.5, 0.5, 0.25, 0.25], [0.5, 0.5, 2, 2])
    for i in 0..<4 { #expect(normalized[i] == (bytes[i] / 255 - means[i]) / deviations[i]) }
    #expect(try images.normalized(by: statistics).take(2).floats([1]) == normalized)
  }

  @Test("Statistics are those of the bytes in 0…1")
  func statistics() {
    let two = images.take(1).statistics
    // Channel 0 holds 0 and 1, channel 1 holds 2 and 3: means 0.5 and 2.5, deviation 0.5, in units of 1/255.
    #expect(two.mean == [0.5 / 255, 2.5 / 255])
    #expect(two.std == [0.5 / 255, 0.5 / 255])
  }

  @Test("Shuffling keeps every image once and depends on seed and stream alone")
  func shuffles() {
    let order = images.shuffled(random).rows
    #expect(order.sorted() == images.rows)
    #expect(order != images.rows)
    #expect(images.shuffled(random).rows == order)
    #expect(images.shuffled(Philox(seed: 8, stream: 1)).rows != order)
  }

  @Test("A split takes its share of every class and loses nothing")
  func splits() throws {
    let (kept, taken) = try images.split(share: 0.4, random: random)
    #expect(taken.classCounts == [2, 2])
    #expect((kept.rows + taken.rows).sorted() == images.rows)
    #expect(try images.split(share: 0.4, random: random).taken.rows == taken.rows)
    for share in [-0.1, 1, .nan] {
      #expect(throws: DatasetError.self) {
        try ImageDataset(name: "x", train: images, test: images, validation: share, random: random)
      }
    }
  }

  @Test("An image becomes a picture with its channels interleaved")
  func pictures() throws {
    let rgb = try LabelledImages(
      shape: [3, 1, 2], pixels: [1, 2, 3, 4, 5, 6], labels: [0], classNames: ["a"])
    #expect(try rgb.picture(0).pixels == [1, 3, 5, 2, 4, 6])
    #expect(throws: ImageError.self) { try images.picture(0) }
  }
}
