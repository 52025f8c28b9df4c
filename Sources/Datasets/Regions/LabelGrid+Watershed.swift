extension LabelGrid {
  /// Things of one class that touch each other, told apart by their shape: each peak of the distance to the border is a
  /// thing, and areas meet where the distance is least between peaks (Beucher and Lantuéjoul 1979; flooding in order of
  /// height, Meyer 1994).
  ///
  /// Peaks that rise less than `depth` pixels above the pass to a higher one belong to it, so that a rough outline
  /// makes no things. Areas of fewer than `smallest` pixels become background.
  package func watershed(depth: Float = 1, _ connectivity: Connectivity = .eight, smallest: Int = 1)
    -> Regions
  {
    let distances = distances()
    var order = numbers.indices.filter { numbers[$0] != 0 }
    order.sort { (distances[$1], $0) < (distances[$0], $1) }
    // Pixels join in order from the highest down. Where two areas meet, the one with the lower peak is swallowed if it
    // rises too little above the meeting place; otherwise the pixel goes to the higher neighbour, and they stay apart.
    var sets = DisjointPeaks(count: numbers.count)
    for index in order {
      var best: Int?
      forEachNeighbour(of: index, connectivity) { neighbour in
        guard numbers[neighbour] == numbers[index], sets.isKnown(neighbour) else { return }
        let root = sets.root(of: neighbour)
        guard let current = best, current != root else {
          best = root
          return
        }
        let isHigher = distances[sets.peak(root)] > distances[sets.peak(current)]
        let (high, low) = isHigher ? (root, current) : (current, root)
        if distances[sets.peak(low)] - distances[index] < depth {
          best = sets.join(low, into: high)
        } else if isHigher {
          best = root
        }
      }
      sets.add(index, to: best)
    }
    var found = self
    for index in numbers.indices {
      found.numbers[index] = numbers[index] == 0 ? 0 : Int32(clamping: sets.root(of: index) + 1)
    }
    return Regions(numbers: found, classes: self, smallest: smallest)
  }
}

/// Areas that grow and join, each with the pixel where it began: its peak.
private struct DisjointPeaks {
  private var parents: [Int32]
  private var peaks: [Int32]

  init(count: Int) {
    parents = [Int32](repeating: -1, count: count)
    peaks = [Int32](repeating: -1, count: count)
  }

  func isKnown(_ index: Int) -> Bool { parents[index] >= 0 }

  func peak(_ root: Int) -> Int { Int(peaks[root]) }

  mutating func root(of index: Int) -> Int {
    var index = index
    while Int(parents[index]) != index {
      parents[index] = parents[Int(parents[index])]
      index = Int(parents[index])
    }
    return index
  }

  mutating func add(_ index: Int, to root: Int?) {
    parents[index] = Int32(root ?? index)
    if root == nil { peaks[index] = Int32(index) }
  }

  mutating func join(_ low: Int, into high: Int) -> Int {
    parents[low] = Int32(high)
    return high
  }
}
