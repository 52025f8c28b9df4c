import TensorRuntime

/// Random draws for one generated sample, taken one after another from that sample's own part of a sequence.
///
/// Only additions, multiplications and square roots are used, which IEEE 754 defines to the last bit: generated data
/// are the same on every machine, where `sin` and `log` may differ between versions of the C library.
package struct Draws: Sendable {
  private let random: Philox
  private var position: UInt64
  private var block = SIMD4<UInt32>()

  /// Starts the part of a sequence that belongs to sample `index`: 2^20 words each.
  package init(_ random: Philox, sample index: Int) {
    self.random = random
    position = UInt64(index) << 20
  }

  /// The next 32 random bits.
  mutating func word() -> UInt32 {
    if position & 3 == 0 { block = random.block(position >> 2) }
    defer { position &+= 1 }
    return block[Int(position & 3)]
  }

  /// The next number, uniform in 0 ..< 1.
  mutating func uniform() -> Float { Float(word() >> 8) * 0x1p-24 }

  /// The next number, uniform in a range.
  mutating func uniform(_ range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// The next number, bell-shaped around 0 with deviation 1, never beyond 3.46: the sum of four bytes.
  mutating func bell() -> Float {
    let w = word()
    let sum = (w & 255) &+ (w >> 8 & 255) &+ (w >> 16 & 255) &+ (w >> 24)
    // A byte's variance is (256² − 1) / 12; four of them deviate by 147.8 around 510.
    return (Float(sum) - 510) / 147.8
  }

  /// The next whole number in 0 ..< bound, which must be positive.
  mutating func integer(below bound: Int) -> Int { Int((UInt64(word()) &* UInt64(bound)) >> 32) }

  /// Whether an event of some probability happens.
  mutating func chance(_ probability: Float) -> Bool { uniform() < probability }
}

/// A wave of period 1 and height 1, a sine to within 0.001, made of exact operations only.
func wave(_ turns: Float) -> Float {
  let t = turns - turns.rounded(.down) - 0.5
  let y = -8 * t * (1 - 2 * abs(t))
  return y * (0.775 + 0.225 * abs(y))
}
