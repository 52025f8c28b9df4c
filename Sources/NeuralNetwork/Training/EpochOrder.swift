import TensorRuntime

/// The order of samples in an epoch and how they fall into batches.
package struct EpochOrder {
  /// Sample indices in order.
  package let indices: [Int]
  /// Where each batch lies in `indices`.
  package let batches: [Range<Int>]

  /// Puts samples in order: a permutation drawn from `generator`, or as they are. A last batch of a single sample joins
  /// the one before it, because batch norm can't train on one.
  package init(count: Int, batchSize: Int, shuffledBy generator: Philox?) {
    var indices = Array(0..<max(0, count))
    if let generator, count > 1 {
      for last in stride(from: count - 1, to: 0, by: -1) {
        indices.swapAt(last, generator.integer(UInt64(last), below: last + 1))
      }
    }
    self.indices = indices
    let size = max(1, batchSize)
    var batches = stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
    if size > 1, batches.count > 1, let last = batches.last, last.count == 1 {
      batches.removeLast()
      batches[batches.count - 1] = batches[batches.count - 1].lowerBound..<last.upperBound
    }
    self.batches = batches
  }

  /// The samples of a batch, when there is one of that number and size.
  func indices(of number: Int, count: Int) -> ArraySlice<Int>? {
    guard batches.indices.contains(number), batches[number].count == count else { return nil }
    return indices[batches[number]]
  }
}
