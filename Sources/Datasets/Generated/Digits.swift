import TensorRuntime

/// Handwritten-looking digits drawn on the spot, [1, 28, 28], white on black as in MNIST: data with no files at all.
package enum Digits {
  /// The most digits one set may have.
  package static let largestCount = 1_000_000

  /// Draws `count` digits, every ten of them one of each class in random order.
  ///
  /// Digit i is a function of the sequence and i alone: neither the count nor threads change it. Throws `DatasetError`
  /// for a count below 1 or above ``largestCount``, and `Interrupted`.
  package static func images(count: Int, random: Philox) throws -> LabelledImages {
    guard count >= 1, count <= largestCount else {
      throw DatasetError("\(count) digits, wanted 1 to \(largestCount)")
    }
    let size = DigitWriter.side * DigitWriter.side
    let labels = Self.labels(count: count, random: random)
    let pictures = try DrawnPictures(count: count, byteCount: size) { index, part in
      var writer = DigitWriter(random, sample: index)
      writer.write(Int(labels[index]), into: part)
    }
    return try LabelledImages(
      shape: [1, DigitWriter.side, DigitWriter.side], pixels: pictures.pixels, labels: labels,
      classNames: (0...9).map { String($0) })
  }

  /// A set of `count` digits: the last fifth to test, the rest to train and, by `validation`, to watch.
  package static func dataset(
    count: Int = 10_000, validation share: Double = 0, random: Philox
  ) throws -> ImageDataset {
    let all = try images(count: count, random: random)
    let trainCount = count - count / 5
    return try ImageDataset(
      name: "Digits", train: all.slice(0..<trainCount), test: all.slice(trainCount..<count),
      validation: share,
      random: random)
  }

  private static func labels(count: Int, random: Philox) -> [Int32] {
    // Labels come from a sequence of their own: the writers' parts of `random` start at multiples of 2^20.
    var order: [Int32] = []
    order.reserveCapacity(count + 9)
    for ten in 0..<(count + 9) / 10 {
      let shuffle = Philox(
        seed: random.seed ^ 0x9E37_79B9_7F4A_7C15, stream: random.stream &+ UInt64(ten) << 20)
      order += shuffle.permutation(10).map { Int32($0) }
    }
    return Array(order.prefix(count))
  }
}
