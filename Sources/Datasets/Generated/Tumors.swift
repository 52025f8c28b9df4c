import TensorRuntime

/// Generated pictures that look like slices through a head, [1, size, size], with small bright growths to be found: a
/// few hundredths of the pixels, so that calling everything background is almost right.
///
/// Mask 0 holds 1 where there is a tumor, mask 1 the number of each; boxes go around each.
package struct Tumors: Sendable, Hashable {
  /// The names of the numbers in masks.
  package static let maskNames = ["background", "tumor"]

  /// How many pictures.
  package var count = 1000
  /// Pixels along a side.
  package var size = 64
  /// The share of a picture's pixels that its tumors have, on average.
  package var share: Float = 0.02
  /// Deviation of the noise, in shares of full brightness.
  package var noise: Float = 0.04

  /// Describes 1000 pictures of 64 x 64.
  package init() {}

  /// Draws the pictures; picture i is a function of the sequence and i alone.
  ///
  /// Throws `DatasetError` for sizes and counts that make no sense, and `Interrupted`.
  package func images(random: Philox) throws -> LabelledImages {
    guard (1...1_000_000).contains(count), (16...1024).contains(size), share > 0, share <= 0.2, noise >= 0,
      noise <= 1
    else {
      throw DatasetError(
        "\(count) pictures of \(size) x \(size) with \(share) of tumors",
        fix: "counts from 1 to 1000000, sizes from 16 to 1024, share from 0 to 0.2, noise from 0 to 1")
    }
    let plane = size * size
    guard count <= 1 << 32 / (3 * plane) else {
      throw DatasetError(
        "\(count) pictures of \(size) x \(size) take \(count * 3 * plane) bytes",
        fix: "draw fewer or smaller ones")
    }
    let pictures = try DrawnPictures(count: count, byteCount: plane) { index, part in
      var painter = TumorPainter(self, random, sample: index)
      return painter.paint(into: part)
    }
    return try LabelledImages(
      shape: [1, size, size], pixels: pictures.pixels, labels: [Int32](repeating: 0, count: count),
      classNames: ["tumor"], extras: pictures.extras, maskNames: Self.maskNames)
  }

  /// A set: the last fifth to test, the rest to train and, by `validation`, to watch.
  package func dataset(validation share: Double = 0, random: Philox) throws -> ImageDataset {
    let all = try images(random: random)
    let trainCount = count - count / 5
    return try ImageDataset(
      name: "Tumors", train: all.slice(0..<trainCount), test: all.slice(trainCount..<count),
      validation: share, random: random)
  }
}

/// Paints one picture of ``Tumors``.
private struct TumorPainter {
  private let description: Tumors
  private var draws: Draws

  /// A blot whose outline wavers: a circle with a few waves around it.
  private struct Blot {
    let center: SIMD2<Float>
    let radius: Float
    let waves: [(height: Float, phase: Float)]
    let brightness: Float
    /// Over how many pixels the edge fades.
    let softness: Float

    /// How far a place is inside, in pixels.
    func depth(_ place: SIMD2<Float>) -> Float {
      let off = place - center
      let distance = (off * off).sum().squareRoot()
      let turn = Self.turn(off)
      var edge = radius
      for (number, wave) in waves.enumerated() {
        edge += radius * wave.height * Datasets.wave(Float(number + 2) * turn + wave.phase)
      }
      return edge - distance
    }

    /// The direction in turns, near enough for an outline, from divisions only.
    private static func turn(_ off: SIMD2<Float>) -> Float {
      let sum = abs(off.x) + abs(off.y)
      guard sum > 0 else { return 0 }
      let quarter = off.y / sum / 4
      return off.x >= 0 ? quarter : 0.5 - quarter
    }
  }

  init(_ description: Tumors, _ random: Philox, sample index: Int) {
    self.description = description
    draws = Draws(random, sample: index)
  }

  mutating func paint(into pixels: UnsafeMutableBufferPointer<UInt8>) -> SampleExtras {
    let side = Float(description.size)
    let center = side * SIMD2(draws.uniform(0.47...0.53), draws.uniform(0.47...0.53))
    let radii = side * SIMD2(draws.uniform(0.36...0.42), draws.uniform(0.4...0.46))
    let level = draws.uniform(0.35...0.5)
    let texture = (0..<4).map { _ in
      (
        SIMD2(draws.uniform(-5...5), draws.uniform(-5...5)) / side, draws.uniform(),
        draws.uniform(0.01...0.04)
      )
    }
    // Darker hollows and slightly brighter, blurred spots that are no tumors.
    let harmless = (0..<5).map { number in
      blot(
        near: center, within: radii * 0.6, radius: side * draws.uniform(0.04...0.1),
        brightness: number < 2 ? draws.uniform(-0.25 ... -0.12) : draws.uniform(0.05...0.11),
        softness: side * 0.05)
    }
    let number = 1 + draws.integer(below: 2)
    let area = description.share * side * side * draws.uniform(0.6...1.4) / Float(number)
    let tumors = (0..<number).map { _ in
      blot(
        near: center, within: radii * 0.62, radius: (area / .pi).squareRoot(),
        brightness: draws.uniform(0.16...0.3), softness: 1.5)
    }
    var extras = SampleExtras(masks: [[UInt8](repeating: 0, count: pixels.count), []], boxes: [])
    extras.masks[1] = extras.masks[0]
    for y in 0..<description.size {
      for x in 0..<description.size {
        let place = SIMD2(Float(x) + 0.5, Float(y) + 0.5)
        let off = (place - center) / radii
        let inside = max(0, min(1, (1 - (off * off).sum().squareRoot()) * side / 6))
        var value = level
        for (frequency, phase, height) in texture {
          value += height * wave((place * frequency).sum() + phase)
        }
        for spot in harmless { value += spot.brightness * cover(spot, place) }
        let i = y * description.size + x
        for (index, tumor) in tumors.enumerated() {
          value += tumor.brightness * cover(tumor, place)
          guard tumor.depth(place) > 0 else { continue }
          extras.masks[0][i] = 1
          extras.masks[1][i] = UInt8(index + 1)
        }
        value = 0.04 + value * inside + description.noise * draws.bell()
        pixels[i] = UInt8(max(0, min(255, (value * 255).rounded())))
      }
    }
    extras.boxes = boxes(around: extras.masks[1], count: number)
    return extras
  }

  private mutating func blot(
    near center: SIMD2<Float>, within reach: SIMD2<Float>, radius: Float, brightness: Float, softness: Float
  ) -> Blot {
    var off = SIMD2<Float>.zero
    for _ in 0..<20 {
      off = SIMD2(draws.uniform(-1...1), draws.uniform(-1...1))
      if (off * off).sum() <= 1 { break }
      off = .zero
    }
    let waves = (0..<3).map { _ in (draws.uniform(0...0.12), draws.uniform()) }
    return Blot(
      center: center + off * reach, radius: radius, waves: waves, brightness: brightness, softness: softness)
  }

  private func cover(_ blot: Blot, _ place: SIMD2<Float>) -> Float {
    max(0, min(1, blot.depth(place) / blot.softness + 0.5))
  }

  private func boxes(around instances: [UInt8], count: Int) -> [LabelledBox] {
    guard
      let grid = try? LabelGrid(
        height: description.size, width: description.size, numbers: instances.map { Int32($0) })
    else { return [] }
    return Regions(numbers: grid, classes: grid, smallest: 1).all.map { region in
      LabelledBox(
        x: Float(region.box[0]), y: Float(region.box[1]), width: Float(region.box[2]),
        height: Float(region.box[3]), label: 0)
    }
  }
}
