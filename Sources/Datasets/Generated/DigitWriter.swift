import TensorRuntime

/// Writes one digit as a person might: a way of writing, distorted, with a pen of some width.
struct DigitWriter {
  /// Pixels along a side of the image.
  static let side = 28
  private static let center = Float(side) / 2

  private var draws: Draws

  init(_ random: Philox, sample index: Int) { draws = Draws(random, sample: index) }

  /// The 28 x 28 pixels of a digit, 0 background to 255 ink.
  mutating func write(_ digit: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) {
    var strokes = skeleton(of: digit)
    distort(&strokes)
    let radius = penRadius()
    fitBox(&strokes, radius: radius)
    var ink = [Float](repeating: 0, count: Self.side * Self.side)
    let softness = draws.uniform(0.9...1.6)
    for stroke in strokes { draw(stroke, radius: radius, softness: softness, into: &ink) }
    addNoise(&ink)
    for i in 0..<min(ink.count, pixels.count) {
      pixels[i] = UInt8(max(0, min(255, (ink[i] * 255).rounded())))
    }
  }

  /// One of the digit's ways of writing as chains of points, its corners shaken.
  private mutating func skeleton(of digit: Int) -> [[SIMD2<Float>]] {
    let ways = Handwriting.digits[digit]
    var left = draws.uniform() * ways.reduce(0) { $0 + $1.weight }
    var chosen = ways[0]
    for way in ways {
      chosen = way
      left -= way.weight
      if left < 0 { break }
    }
    let shake: Float = 0.01
    return chosen.strokes.map { stroke in
      let points = stroke.points.map { $0 + shake * SIMD2(draws.bell(), draws.bell()) }
      return stroke.isCurved ? Self.swing(through: points) : Self.subdivide(points)
    }
  }

  /// A Catmull-Rom spline through points, five pieces between neighbours.
  private static func swing(through points: [SIMD2<Float>]) -> [SIMD2<Float>] {
    guard let first = points.first, let last = points.last else { return [] }
    var chain = [first]
    for i in 0..<points.count - 1 {
      let (a, b) = (points[i], points[i + 1])
      let before = i > 0 ? points[i - 1] : first
      let after = i + 2 < points.count ? points[i + 2] : last
      for step in 1...5 {
        let t = Float(step) / 5
        let (t2, t3) = (t * t, t * t * t)
        let weights = SIMD4<Float>(
          2 * t2 - t - t3, 2 - 5 * t2 + 3 * t3, t + 4 * t2 - 3 * t3, t3 - t2)
        var point = before * weights.x + a * weights.y
        point += b * weights.z + after * weights.w
        chain.append(point / 2)
      }
    }
    return chain
  }

  /// Straight pieces cut into four, so that a distortion bends them.
  private static func subdivide(_ points: [SIMD2<Float>]) -> [SIMD2<Float>] {
    guard let first = points.first else { return [] }
    var chain = [first]
    for i in 0..<points.count - 1 {
      for step in 1...4 { chain.append(points[i] + (points[i + 1] - points[i]) * (Float(step) / 4)) }
    }
    return chain
  }

  /// Elastic waves across the sheet, then stretch, slant and turn.
  private mutating func distort(_ strokes: inout [[SIMD2<Float>]]) {
    let amplitude = draws.uniform(0.008...0.036)
    let phases = SIMD4(draws.uniform(), draws.uniform(), draws.uniform(), draws.uniform())
    let waves = SIMD2(draws.uniform(0.4...1.1), draws.uniform(0.4...1.1))
    let width = draws.uniform(0.62...1.0)
    let slant = draws.uniform(-0.2...0.42)
    let sine = draws.uniform(-0.16...0.16)
    let cosine = (1 - sine * sine).squareRoot()
    for s in strokes.indices {
      for i in strokes[s].indices {
        var p = strokes[s][i]
        p.x += amplitude * (wave(waves.x * p.y + phases.x) + 0.6 * wave(1.3 * p.x + phases.y))
        p.y += amplitude * (wave(waves.y * p.x + phases.z) + 0.6 * wave(1.3 * p.y + phases.w))
        p -= SIMD2(0.5, 0.5)
        p = SIMD2(p.x * width - slant * p.y, p.y)
        strokes[s][i] = SIMD2(cosine * p.x - sine * p.y, sine * p.x + cosine * p.y)
      }
    }
  }

  /// Half the width of the line in pixels.
  private mutating func penRadius() -> Float { draws.uniform(1.0...2.0) }

  /// Scales the longer side to MNIST's 20-pixel box and puts the centre of mass near the middle.
  private mutating func fitBox(_ strokes: inout [[SIMD2<Float>]], radius: Float) {
    var low = SIMD2<Float>(repeating: .infinity)
    var high = -low
    var (mass, sum) = (Float(0), SIMD2<Float>())
    for stroke in strokes {
      for (i, p) in stroke.enumerated() {
        low = pointwiseMin(low, p)
        high = pointwiseMax(high, p)
        guard i > 0 else { continue }
        let step = p - stroke[i - 1]
        let length = (step * step).sum().squareRoot()
        mass += length
        sum += (p + stroke[i - 1]) * (length / 2)
      }
    }
    let extent = max(0.1, max(high.x - low.x, high.y - low.y))
    let scale = (20 - 2 * radius) / extent * draws.uniform(0.88...1.04)
    let shift = SIMD2(draws.uniform(-2.6...2.6), draws.uniform(-2.6...2.6))
    let middle = mass > 0 ? sum / mass : (low + high) / 2
    for s in strokes.indices {
      for i in strokes[s].indices { strokes[s][i] = (strokes[s][i] - middle) * scale + Self.center + shift }
    }
  }

  /// Inks every pixel near a chain of points, by its distance to the line.
  private mutating func draw(
    _ chain: [SIMD2<Float>], radius: Float, softness: Float, into ink: inout [Float]
  ) {
    let reach = radius + softness
    let taper = draws.uniform(-0.3...0.3)
    for i in 1..<max(1, chain.count) {
      let (a, b) = (chain[i - 1], chain[i])
      let along = b - a
      let squared = max(1e-6, (along * along).sum())
      let width = radius * (1 + taper * (Float(i) / Float(chain.count) - 0.5))
      let low = pointwiseMin(a, b) - reach
      let high = pointwiseMax(a, b) + reach
      let columns = Self.pixels(from: low.x, to: high.x)
      for y in Self.pixels(from: low.y, to: high.y) {
        for x in columns {
          let p = SIMD2(Float(x) + 0.5, Float(y) + 0.5) - a
          let t = max(0, min(1, (p * along).sum() / squared))
          let off = p - along * t
          let distance = (off * off).sum().squareRoot()
          let value = max(0, min(1, (width - distance) / softness + 0.5))
          ink[y * Self.side + x] = max(ink[y * Self.side + x], value)
        }
      }
    }
  }

  private static func pixels(from low: Float, to high: Float) -> Range<Int> {
    let first = max(0, min(Float(side), low.rounded(.down)))
    let end = max(first, min(Float(side), high.rounded(.up)))
    return Int(first)..<Int(end)
  }

  /// Uneven ink, and a grain over the whole sheet.
  private mutating func addNoise(_ ink: inout [Float]) {
    let strength = draws.uniform(0.92...1.0)
    let grain = draws.chance(0.5) ? draws.uniform(0...0.05) : 0
    for i in ink.indices { ink[i] = ink[i] * strength + (grain > 0 ? grain * draws.bell() : 0) }
  }
}
