extension LabelGrid {
  /// Connected areas of equal numbers other than 0, numbered in reading order of their first pixel.
  ///
  /// Areas of fewer than `smallest` pixels become background.
  package func components(_ connectivity: Connectivity = .eight, smallest: Int = 1) -> Regions {
    var found = self
    found.numbers = [Int32](repeating: 0, count: numbers.count)
    var next: Int32 = 0
    var waiting: [Int] = []
    for start in numbers.indices where numbers[start] != 0 && found.numbers[start] == 0 {
      next += 1
      found.numbers[start] = next
      waiting.append(start)
      while let index = waiting.popLast() {
        forEachNeighbour(of: index, connectivity) { neighbour in
          guard numbers[neighbour] == numbers[start], found.numbers[neighbour] == 0 else { return }
          found.numbers[neighbour] = next
          waiting.append(neighbour)
        }
      }
    }
    return Regions(numbers: found, classes: self, smallest: smallest)
  }
}
