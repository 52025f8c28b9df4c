extension LayeredLayout {
  /// Where the middle of each slot stands across, so that edges run as straight as the order and the widths of the slots
  /// leave room for.
  func centers(width: (Slot) -> Double) -> [Slot: Double] {
    let neighbours = neighbours
    var places: [Slot: Double] = [:]
    for rank in ranks { spread(rank, width, towards: rank.map { _ in (0, 1) }, into: &places) }
    /// Moves the slots of a rank towards the mean of what they are connected with.
    func settle(_ rank: [Slot], _ near: (Slot) -> [Slot]) {
      let wishes = rank.map { slot -> (place: Double, weight: Double) in
        let around = near(slot).compactMap { places[$0] }
        guard !around.isEmpty else { return (places[slot] ?? 0, 1) }
        // Edges that pass a rank bend last: a bend there has nothing to say.
        return (around.reduce(0, +) / Double(around.count), slot.node == nil ? 8 : 1)
      }
      spread(rank, width, towards: wishes, into: &places)
    }
    // Downwards last: what has one source stands below it.
    for _ in 0..<6 {
      for rank in ranks.dropLast().reversed() { settle(rank) { neighbours.below[$0] ?? [] } }
      for rank in ranks.dropFirst() { settle(rank) { neighbours.above[$0] ?? [] } }
    }
    return places
  }

  /// Puts slots as near to where they want to stand, squares weighted, as their order and widths allow: an isotonic
  /// regression, by pooling adjacent violators.
  private func spread(
    _ rank: [Slot], _ width: (Slot) -> Double, towards wishes: [(place: Double, weight: Double)],
    into places: inout [Slot: Double]
  ) {
    var offsets: [Double] = []
    var blocks: [(mean: Double, weight: Double, count: Int)] = []
    var edge = 0.0
    for (slot, (place, weight)) in zip(rank, wishes) {
      offsets.append(edge + width(slot) / 2)
      edge += width(slot)
      blocks.append((place - (offsets.last ?? 0), weight, 1))
      while blocks.count > 1, blocks[blocks.count - 2].mean > blocks[blocks.count - 1].mean {
        let last = blocks.removeLast()
        let first = blocks.removeLast()
        let sum = first.weight + last.weight
        blocks.append(
          ((first.mean * first.weight + last.mean * last.weight) / sum, sum, first.count + last.count))
      }
    }
    let shifts = blocks.flatMap { [Double](repeating: $0.mean, count: $0.count) }
    for (index, slot) in rank.enumerated() { places[slot] = shifts[index] + offsets[index] }
  }
}
