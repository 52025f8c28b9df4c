import TensorRuntime

/// Short films of digits that move in straight lines and bounce off the edges (Srivastava, Mansimov and Salakhutdinov
/// 2015, "Moving MNIST"): [frames, size, size], the frames in place of channels.
///
/// A film's label is its first digit; its boxes, one per digit, are those of the first frame.
package struct MovingDigits: Sendable, Hashable {
  /// How many films.
  package var count = 100
  /// Pictures in a film.
  package var frames = 20
  /// Pixels along a side.
  package var size = 64
  /// How many digits move.
  package var digits = 2

  /// Describes 100 films of 20 pictures of 64 x 64 with two digits.
  package init() {}

  /// Draws the films; film i is a function of the sequence and i alone. Throws `DatasetError` for numbers that make no
  /// sense, and `Interrupted`.
  package func films(random: Philox) throws -> LabelledImages {
    guard (1...100_000).contains(count), (1...1000).contains(frames), (32...512).contains(size),
      (1...10).contains(digits), frames * size * size <= (1 << 32) / count
    else {
      throw DatasetError(
        "\(count) films of \(frames) pictures of \(size) x \(size) with \(digits) digits",
        fix: "counts from 1 to 100000, frames from 1 to 1000, sizes from 32 to 512, digits from 1 to 10")
    }
    let bytes = frames * size * size
    let films = try DrawnPictures(count: count, byteCount: bytes) { index, part in
      draw(into: part, random: random, index: index)
    }
    return try LabelledImages(
      shape: [frames, size, size], pixels: films.pixels, labels: films.extras.map { $0.first?.label ?? 0 },
      classNames: (0...9).map { String($0) }, extras: films.extras.map { SampleExtras(boxes: $0) })
  }

  /// Draws one film and gives the boxes of its first frame.
  private func draw(
    into film: UnsafeMutableBufferPointer<UInt8>, random: Philox, index: Int
  ) -> [LabelledBox] {
    let side = DigitWriter.side
    let room = Float(size - side)
    var draws = Draws(Philox(seed: random.seed, stream: ~random.stream), sample: index)
    return (0..<digits).map { number in
      let digit = draws.integer(below: 10)
      var ink = [UInt8](repeating: 0, count: side * side)
      var writer = DigitWriter(random, sample: index * digits + number)
      ink.withUnsafeMutableBufferPointer { writer.write(digit, into: $0) }
      var place = SIMD2(draws.uniform(), draws.uniform()) * room
      // A direction on the unit circle, from a pair that is neither too short nor outside of it.
      var step = SIMD2(draws.uniform(-1...1), draws.uniform(-1...1))
      let length = max(0.2, (step * step).sum().squareRoot())
      step *= Float(size) / 18 / length
      let first = place
      for frame in 0..<frames {
        let (left, top) = (Int(place.x.rounded()), Int(place.y.rounded()))
        for row in 0..<side {
          let start = (frame * size + top + row) * size + left
          for column in 0..<side {
            film[start + column] = max(film[start + column], ink[row * side + column])
          }
        }
        (place.x, step.x) = Self.bounced(place.x + step.x, step.x, room)
        (place.y, step.y) = Self.bounced(place.y + step.y, step.y, room)
      }
      return LabelledBox(
        x: first.x.rounded(), y: first.y.rounded(), width: Float(side), height: Float(side),
        label: Int32(digit))
    }
  }

  /// A place behind an edge mirrored at it, the step turned round.
  private static func bounced(_ place: Float, _ step: Float, _ room: Float) -> (Float, Float) {
    if place < 0 { return (min(room, -place), abs(step)) }
    if place > room { return (max(0, 2 * room - place), -abs(step)) }
    return (place, step)
  }
}
