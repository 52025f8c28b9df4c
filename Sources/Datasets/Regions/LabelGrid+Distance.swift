extension LabelGrid {
  /// How far each pixel's middle is from the middle of the nearest pixel of another number, in pixels; 0 on background.
  /// What lies outside of the grid is unknown and doesn't count; where there is nothing else, the distance is infinite.
  ///
  /// Exact Euclidean distances in time proportional to the pixels, class by class (Felzenszwalb and Huttenlocher 2012).
  package func distances() -> [Float] {
    var result = [Float](repeating: 0, count: numbers.count)
    for number in Set(numbers) where number != 0 {
      let squares = squaredDistances { numbers[$0] != number }
      for index in numbers.indices where numbers[index] == number {
        result[index] = squares[index].squareRoot()
      }
    }
    return result
  }

  /// The squared distance of each pixel to the nearest for which `isTarget` holds.
  private func squaredDistances(_ isTarget: (Int) -> Bool) -> [Float] {
    var squares = numbers.indices.map { isTarget($0) ? Float(0) : .infinity }
    var line = [Float](repeating: 0, count: max(height, width))
    var envelope = LowerEnvelope(capacity: max(height, width))
    for x in 0..<width {
      for y in 0..<height { line[y] = squares[y * width + x] }
      envelope.transform(&line, count: height)
      for y in 0..<height { squares[y * width + x] = line[y] }
    }
    for y in 0..<height {
      for x in 0..<width { line[x] = squares[y * width + x] }
      envelope.transform(&line, count: width)
      for x in 0..<width { squares[y * width + x] = line[x] }
    }
    return squares
  }
}

/// The lowest of parabolas `(x − i)² + f(i)` at each whole x.
private struct LowerEnvelope {
  private var places: [Int]
  private var bounds: [Float]
  private var heights: [Float]

  init(capacity: Int) {
    places = [Int](repeating: 0, count: capacity)
    bounds = [Float](repeating: 0, count: capacity + 1)
    heights = [Float](repeating: 0, count: capacity)
  }

  /// Replaces `f` by the envelope of its parabolas; infinite values have none.
  mutating func transform(_ f: inout [Float], count: Int) {
    var last = -1
    for i in 0..<count where f[i].isFinite {
      heights[i] = f[i]
      var start = -Float.infinity
      while last >= 0 {
        let j = places[last]
        start = (heights[i] + Float(i * i) - heights[j] - Float(j * j)) / Float(2 * (i - j))
        if start > bounds[last] { break }
        last -= 1
        start = -.infinity
      }
      last += 1
      places[last] = i
      bounds[last] = start
    }
    guard last >= 0 else { return }
    var current = 0
    for x in 0..<count {
      while current < last, bounds[current + 1] < Float(x) { current += 1 }
      let off = Float(x - places[current])
      f[x] = off * off + heights[places[current]]
    }
  }
}
