/// Random numbers by a seed: the same seed gives the same program on every machine (SplitMix64).
package struct FuzzRandom: RandomNumberGenerator {
  private var state: UInt64

  /// Starts a sequence. Seeds beside each other don't give the same sequence, one step further on.
  package init(seed: UInt64) {
    state = seed
    state = next() &* 0xBF58_476D_1CE4_E5B9 ^ seed
  }

  /// 64 random bits.
  package mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number of `0..<bound`.
  package mutating func next(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

  /// Whether something happens that does so once in `count` times.
  package mutating func once(in count: Int) -> Bool { next(count) == 0 }

  /// One of several.
  package mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[next(choices.count)] }
}
