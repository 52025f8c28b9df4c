/// What a random draw is for: each purpose has its own sequence, so that drawing more of one never shifts another.
package enum RandomPurpose: UInt64, CaseIterable, Sendable {
  /// Initial weights of layers.
  case weights = 1
  /// The order of samples in an epoch.
  case shuffling = 2
  /// Dropout masks and noise layers.
  case dropout = 3
  /// Distortions of training images.
  case augmentation = 4
  /// `rand`, `randn` and their like, written by the user.
  case user = 5
  /// Generated data sets and splits.
  case data = 6
}

/// A session's one source of randomness: a seed, and for each purpose the index of the next draw.
///
/// Re-running a cell draws new numbers; restarting and running everything draws the same ones.
package final class RandomSource {
  /// The user's seed.
  package private(set) var seed: UInt64
  private var next: [RandomPurpose: UInt64] = [:]
  /// Whether only shapes are wanted: layers then make no weights, only placeholders for them.
  package let isForShapesOnly: Bool

  /// Makes a source that starts every sequence at its beginning.
  package init(seed: UInt64 = 0, isForShapesOnly: Bool = false) {
    self.seed = seed
    self.isForShapesOnly = isForShapesOnly
  }

  /// Restarts all sequences with a seed: what `seed(n)` does.
  package func restart(seed: UInt64) {
    self.seed = seed
    next = [:]
  }

  /// The generator of the next draw for a purpose; each call gives an independent sequence.
  package func draw(for purpose: RandomPurpose) -> Philox {
    let index = next[purpose, default: 0]
    next[purpose] = index &+ 1
    return Philox(seed: seed, stream: purpose.rawValue << 56 | index)
  }

  /// Where each sequence stands, for checkpoints.
  package var positions: [RandomPurpose: UInt64] {
    get { next }
    set { next = newValue }
  }
}
