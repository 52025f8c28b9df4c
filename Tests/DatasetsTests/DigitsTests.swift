import Crypto
import Datasets
import TensorRuntime
import Testing

@Suite("Generated digits")
struct DigitsTests {
  let random = Philox(seed: 42, stream: 6 << 56)

  @Test("The first thousand digits of seed 42 are these, on every machine and any number of threads")
  func golden() throws {
    let images = try Digits.images(count: 1000, random: random)
    let hash = SHA256.hash(data: images.store.pixels + images.labels.map { UInt8($0) })
    let text = hash.prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    #expect(text == "1987354ad6af9509")
  }

  @Test("More digits begin with the same ones")
  func prefix() throws {
    let few = try Digits.images(count: 25, random: random)
    let many = try Digits.images(count: 300, random: random)
    #expect(Array(many.store.pixels.prefix(few.store.pixels.count)) == few.store.pixels)
    #expect(Array(many.labels.prefix(25)) == few.labels)
    #expect(
      try Digits.images(count: 25, random: Philox(seed: 43, stream: 6 << 56)).store.pixels != few.store.pixels
    )
  }

  @Test("Classes are balanced, images inked like MNIST's")
  func looksLikeDigits() throws {
    let data = try Digits.dataset(count: 1000, validation: 0.1, random: random)
    #expect((data.train.count, data.validation.count, data.test.count) == (720, 80, 200))
    #expect(data.test.classCounts == [Int](repeating: 20, count: 10))
    #expect(data.validation.classCounts == [Int](repeating: 8, count: 10))
    // MNIST's mean is 0.1307, its deviation 0.3081.
    let statistics = data.train.statistics
    #expect(abs(statistics.mean[0] - 0.13) < 0.03)
    #expect(abs(statistics.std[0] - 0.30) < 0.04)
    for index in 0..<data.test.count {
      let bytes = data.test.bytes(index)
      #expect(bytes.contains { $0 > 200 }, "digit \(index) has ink")
      #expect(bytes.filter { $0 < 64 }.count > 392, "digit \(index) is mostly background")
    }
  }

  @Test("Impossible counts are errors", arguments: [0, -5, 1_000_001, .max])
  func refuses(count: Int) {
    #expect(throws: DatasetError("\(count) digits, wanted 1 to 1000000")) {
      try Digits.images(count: count, random: random)
    }
  }
}
