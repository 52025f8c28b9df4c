import Datasets
import TensorRuntime
import Testing

@Suite("Augmentation")
struct AugmentTests {
  let random = Philox(seed: 11, stream: 4 << 56)

  private func digits(_ ranges: Augment) throws -> LabelledImages {
    try Digits.images(count: 40, random: random).augmented(ranges, random: random)
  }

  static let motions: [(Motion, from: SIMD2<Float>, to: SIMD2<Float>)] = [
    (Motion(width: 5, height: 5, angle: .pi / 2), SIMD2(0, 0), SIMD2(4, 0)),
    (Motion(width: 5, height: 5, angle: .pi / 2), SIMD2(4, 0), SIMD2(4, 4)),
    (Motion(width: 5, height: 5, move: SIMD2(2, -1)), SIMD2(1, 3), SIMD2(3, 2)),
    (Motion(width: 5, height: 5, zoom: 2), SIMD2(3, 2), SIMD2(4, 2)),
    (Motion(width: 5, height: 5, mirror: SIMD2(-1, 1)), SIMD2(0, 1), SIMD2(4, 1)),
    (Motion(width: 5, height: 5, mirror: SIMD2(1, -1)), SIMD2(0, 1), SIMD2(0, 3)),
    (Motion(width: 5, height: 5, slant: 0.5), SIMD2(2, 0), SIMD2(1, 0)),
    (Motion(width: 5, height: 5, slant: 0.5), SIMD2(2, 4), SIMD2(3, 4)),
  ]

  @Test("Places move where they should, there and back", arguments: motions)
  func geometry(motion: Motion, from: SIMD2<Float>, to: SIMD2<Float>) {
    #expect(abs((motion.target(from) - to).max()) < 1e-5, "\(motion.target(from))")
    let back = motion.source(Int(to.x), Int(to.y))
    #expect(abs((back - from).max()) < 1e-5, "\(back)")
  }

  @Test("Fill modes continue an image of three pixels as they say")
  func fills() {
    let continued = { (fill: Augment.Fill) in
      (-3..<6).map { Motion.index($0, 3, fill).map { ["a", "b", "c"][$0] } ?? "." }.joined()
    }
    #expect(continued(.nearest) == "aaaabcccc")
    #expect(continued(.reflect) == "cbaabccba")
    #expect(continued(.wrap) == "abcabcabc")
    #expect(continued(.constant) == "...abc...")
  }

  @Test("The same seed, epoch and image give the same numbers, in any batch; another epoch gives others")
  func isPure() throws {
    var ranges = Augment()
    (ranges.rotate, ranges.shift, ranges.zoom, ranges.elastic, ranges.noise) = (15, 0.1, 0.1, 2, 0.05)
    let data = try digits(ranges)
    let batch = try data.floats([3, 7, 9], epoch: 5)
    #expect(try data.floats([7], epoch: 5) == Array(batch[784..<1568]))
    #expect(try data.selecting([9, 7]).floats([1], epoch: 5) == Array(batch[784..<1568]))
    #expect(try data.floats([7], epoch: 6) != Array(batch[784..<1568]))
    #expect(batch.allSatisfy { (0...1).contains($0) })
  }

  @Test("No ranges change nothing; drawn zoom factors stay within 0.7 to 1.3 and reach far")
  func ranges() throws {
    #expect(
      try digits(Augment()).floats([1], epoch: 9) == Digits.images(count: 40, random: random).floats([1]))
    var ranges = Augment()
    ranges.zoom = 0.3
    let factors = (0..<500).map { index -> Float in
      var draws = Draws(random, sample: index)
      return 1 / Motion(ranges, width: 9, height: 9, draws: &draws).right.x
    }
    let (low, high) = (factors.min() ?? 0, factors.max() ?? 0)
    #expect(low >= 0.7 && low < 0.72)
    #expect(high <= 1.3 && high > 1.28)
  }

  @Test("Image, masks and boxes of a picture move together")
  func movesTogether() throws {
    var shapes = Shapes()
    (shapes.count, shapes.size, shapes.shapes, shapes.noise) = (30, 48, 1...1, 0)
    var ranges = Augment()
    (ranges.rotate, ranges.shift, ranges.zoom, ranges.flipsHorizontally) = (180, 0.1, 0.1, true)
    ranges.fill = .constant
    let data = try shapes.images(random: random).augmented(ranges, random: random)
    for index in 0..<data.count {
      var image = [Float](repeating: 0, count: 3 * 48 * 48)
      let extras = try image.withUnsafeMutableBufferPointer { try data.fill([index], into: $0, epoch: 1) }
      let mask = extras[0].masks[0]
      let inside = mask.indices.filter { mask[$0] > 0 }
      guard !inside.isEmpty else { continue }
      #expect(Set(inside.map { mask[$0] }) == [UInt8(data.label(index)) + 1])
      let box = try #require(extras[0].boxes.first)
      // The box goes around the turned shape, not around its own turned corners.
      let (xs, ys) = (inside.map { Float($0 % 48) }, inside.map { Float($0 / 48) })
      let (left, right) = (try #require(xs.min()), try #require(xs.max()))
      let (top, bottom) = (try #require(ys.min()), try #require(ys.max()))
      // To the pixel, where the moved corners leave room for it.
      #expect(abs(box.x - left) < 1 && abs(box.x + box.width - 1 - right) < 1)
      #expect(abs(box.y - top) < 1 && abs(box.y + box.height - 1 - bottom) < 1)
      // The shape's colour stands where the mask says.
      let ink = inside.map { image[$0] }.sorted()
      #expect(ink[ink.count * 2 / 3] - ink[ink.count / 3] < 0.1)
    }
  }

  @Test("Colour changes leave the mean brightness alone where they should")
  func colors() throws {
    var shapes = Shapes()
    (shapes.count, shapes.size) = (1, 32)
    let plain = try shapes.images(random: random)
    let brightness = { (values: [Float]) -> Float in
      (0..<1024).reduce(0) { $0 + 0.299 * values[$1] + 0.587 * values[1024 + $1] + 0.114 * values[2048 + $1] }
        / 1024
    }
    var ranges = Augment()
    ranges.hue = 0.05
    let turned = try plain.augmented(ranges, random: random).floats([0], epoch: 3)
    #expect(abs(brightness(turned) - brightness(try plain.floats([0]))) < 0.02)
    #expect(turned != (try plain.floats([0])))
  }

  @Test("Ranges that make no sense are errors")
  func refuses() throws {
    var ranges = Augment()
    ranges.zoom = 1.5
    #expect(throws: DatasetError("zoom: 1.5, wanted 0.0 to 0.95")) { try digits(ranges) }
    ranges.zoom = .nan
    #expect(throws: DatasetError.self) { try digits(ranges) }
    #expect(Augment.hint(forKeras: "rotation_range") == "rotate: DEGREES")
    #expect(Augment.hint(forKeras: "anything") == nil)
  }

  @Test("Mixed batches are shares of two images", arguments: [BatchMix.mixup(0.4), .cutmix])
  func mixes(mix: BatchMix) {
    let count = 16
    let before = (0..<count).flatMap { [Float](repeating: Float($0), count: 2 * 8 * 8) }
    var batch = before
    let (partners, shares) = batch.withUnsafeMutableBufferPointer {
      mix.apply(to: $0, count: count, shape: [2, 8, 8], random: random)
    }
    #expect(partners.sorted() == Array(0..<count))
    for index in 0..<count {
      let mean = batch[index * 128..<(index + 1) * 128].reduce(0, +) / 128
      let expected = shares[index] * Float(index) + (1 - shares[index]) * Float(partners[index])
      #expect(abs(mean - expected) < 1e-3)
      #expect((0...1).contains(shares[index]))
    }
  }
}
