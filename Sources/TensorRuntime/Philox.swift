/// A counter-based random generator: every draw is a pure function of seed, stream and index.
///
/// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Because
/// nothing is carried from one draw to the next, any thread can make any part of a sequence and the numbers never
/// depend on how many threads there are.
package struct Philox: Hashable, Sendable, Codable {
  /// The user's seed: the key of every draw.
  package var seed: UInt64
  /// Which independent sequence of that seed this is.
  package var stream: UInt64

  /// Makes the sequence numbered `stream` of `seed`.
  package init(seed: UInt64, stream: UInt64) {
    self.seed = seed
    self.stream = stream
  }

  /// The four 32-bit words of block `index`.
  @inlinable
  package func block(_ index: UInt64) -> SIMD4<UInt32> {
    var counter = SIMD4<UInt32>(
      UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32),
      UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
    var key0 = UInt32(truncatingIfNeeded: seed)
    var key1 = UInt32(truncatingIfNeeded: seed >> 32)
    for _ in 0..<10 {
      let product0 = UInt64(0xD251_1F53) &* UInt64(counter.x)
      let product1 = UInt64(0xCD9E_8D57) &* UInt64(counter.z)
      counter = SIMD4<UInt32>(
        UInt32(truncatingIfNeeded: product1 >> 32) ^ counter.y ^ key0, UInt32(truncatingIfNeeded: product1),
        UInt32(truncatingIfNeeded: product0 >> 32) ^ counter.w ^ key1, UInt32(truncatingIfNeeded: product0))
      key0 = key0 &+ 0x9E37_79B9
      key1 = key1 &+ 0xBB67_AE85
    }
    return counter
  }

  /// Word `index` of the sequence.
  @inlinable
  package func word(_ index: UInt64) -> UInt32 { block(index >> 2)[Int(index & 3)] }

  /// Draw `index`, uniform in 0 ..< 1 with 24 random bits.
  @inlinable
  package func uniform(_ index: UInt64) -> Float { Float(word(index) >> 8) * 0x1p-24 }

  /// Draw `index` as a whole number in 0 ..< `bound` (`bound` at least 1), by multiply-shift.
  @inlinable
  package func integer(_ index: UInt64, below bound: Int) -> Int {
    let block = block(index)
    let wide = UInt64(block.x) << 32 | UInt64(block.y)
    return Int(wide.multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }
}
