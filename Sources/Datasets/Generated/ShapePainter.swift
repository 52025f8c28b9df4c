import TensorRuntime

/// Paints one picture of ``Shapes`` and keeps what it knows of it.
struct ShapePainter: Sendable {
  private let description: Shapes
  private var draws: Draws
  /// Class numbers, 0 background.
  private(set) var classes: [UInt8]
  /// Instance numbers, 0 background.
  private(set) var instances: [UInt8]
  /// Around what is visible of each shape.
  private(set) var boxes: [LabelledBox] = []
  /// The kind of the largest visible shape.
  private(set) var label: Int32 = 0

  /// One shape by its corners, or a circle by centre and radius.
  private struct Outline {
    let kind: Int
    let center: SIMD2<Float>
    let radius: Float
    let corners: [SIMD2<Float>]

    /// How far a place is inside (positive) or outside, in pixels; corners go round clockwise on the screen.
    func depth(_ place: SIMD2<Float>) -> Float {
      if corners.isEmpty {
        let off = place - center
        return radius - (off * off).sum().squareRoot()
      }
      var least = Float.infinity
      for i in corners.indices {
        let edge = corners[(i + 1) % corners.count] - corners[i]
        let off = place - corners[i]
        least = min(least, (edge.x * off.y - edge.y * off.x) / (edge * edge).sum().squareRoot())
      }
      return least
    }
  }

  init(_ description: Shapes, _ random: Philox, sample index: Int) {
    self.description = description
    draws = Draws(random, sample: index)
    classes = [UInt8](repeating: 0, count: description.size * description.size)
    instances = classes
  }

  /// Paints the picture, [c, size, size].
  mutating func paint(into pixels: UnsafeMutableBufferPointer<UInt8>) {
    let size = description.size
    let plane = size * size
    let channels = pixels.count / plane
    let ground = color(channels)
    var image = (0..<channels).flatMap { [Float](repeating: ground[$0], count: plane) }
    let wanted =
      description.shapes.lowerBound
      + draws.integer(below: description.shapes.upperBound - description.shapes.lowerBound + 1)
    var outlines: [Outline] = []
    for _ in 0..<wanted {
      guard let outline = place(among: outlines) else { continue }
      outlines.append(outline)
      var ink = color(channels)
      // A shape that can't be told from its ground would be a wrong label.
      for _ in 0..<20 where zip(ink, ground).allSatisfy({ abs($0 - $1) < 0.25 }) { ink = color(channels) }
      fill(outline, number: outlines.count, ink: ink, image: &image)
    }
    for i in image.indices {
      let value = image[i] + description.noise * draws.bell()
      pixels[i] = UInt8(max(0, min(255, (value * 255).rounded())))
    }
    measure(outlines)
  }

  private mutating func color(_ channels: Int) -> [Float] { (0..<channels).map { _ in draws.uniform() } }

  /// A new shape inside the picture, clear of the others where that is asked; nil when no room is found.
  private mutating func place(among others: [Outline]) -> Outline? {
    let side = Float(description.size)
    for _ in 0..<30 {
      let radius = max(3, side * draws.uniform(0.1...0.24))
      let margin = radius + 1
      guard side > 2 * margin else { continue }
      let center = SIMD2(draws.uniform(margin...side - margin), draws.uniform(margin...side - margin))
      let outline = outline(kind: draws.integer(below: 3), center: center, radius: radius)
      let isFree = others.allSatisfy { other in
        let off = other.center - center
        return (off * off).sum().squareRoot() > other.radius + radius + 1
      }
      if description.mayOverlap || isFree { return outline }
    }
    return nil
  }

  private mutating func outline(kind: Int, center: SIMD2<Float>, radius: Float) -> Outline {
    guard kind > 0 else { return Outline(kind: 0, center: center, radius: radius, corners: []) }
    // A direction by drawing in the unit disc: no sine is needed.
    var turn = SIMD2<Float>(1, 0)
    for _ in 0..<20 {
      let drawn = SIMD2(draws.uniform(-1...1), draws.uniform(-1...1))
      let length = (drawn * drawn).sum().squareRoot()
      if length > 0.1, length <= 1 {
        turn = drawn / length
        break
      }
    }
    let unit: [SIMD2<Float>]
    if kind == 1 {
      let slender = draws.uniform(0.45...0.89)
      let broad = (1 - slender * slender).squareRoot()
      unit = [SIMD2(-broad, -slender), SIMD2(broad, -slender), SIMD2(broad, slender), SIMD2(-broad, slender)]
    } else {
      unit = [SIMD2(0, -1), SIMD2(0.866, 0.5), SIMD2(-0.866, 0.5)]
    }
    let corners = unit.map {
      center + radius * SIMD2(turn.x * $0.x - turn.y * $0.y, turn.y * $0.x + turn.x * $0.y)
    }
    return Outline(kind: kind, center: center, radius: radius, corners: corners)
  }

  private mutating func fill(_ outline: Outline, number: Int, ink: [Float], image: inout [Float]) {
    let size = description.size
    let low = { (value: Float) in max(0, Int(value - outline.radius - 1)) }
    let high = { (value: Float) in min(size, Int(value + outline.radius + 2)) }
    for y in low(outline.center.y)..<high(outline.center.y) {
      for x in low(outline.center.x)..<high(outline.center.x) {
        let depth = outline.depth(SIMD2(Float(x) + 0.5, Float(y) + 0.5))
        let cover = max(0, min(1, depth + 0.5))
        guard cover > 0 else { continue }
        let i = y * size + x
        for (channel, value) in ink.enumerated() {
          image[channel * size * size + i] += (value - image[channel * size * size + i]) * cover
        }
        if depth > 0 {
          classes[i] = UInt8(outline.kind + 1)
          instances[i] = UInt8(number)
        }
      }
    }
  }

  /// Finds what is visible of each shape.
  private mutating func measure(_ outlines: [Outline]) {
    let size = description.size
    var extents = [(left: Int, top: Int, right: Int, bottom: Int, area: Int)](
      repeating: (size, size, -1, -1, 0), count: outlines.count)
    for (i, instance) in instances.enumerated() where instance > 0 {
      let number = Int(instance) - 1
      let (x, y) = (i % size, i / size)
      extents[number].left = min(extents[number].left, x)
      extents[number].top = min(extents[number].top, y)
      extents[number].right = max(extents[number].right, x)
      extents[number].bottom = max(extents[number].bottom, y)
      extents[number].area += 1
    }
    var largest = 0
    for (outline, extent) in zip(outlines, extents) where extent.area > 0 {
      boxes.append(
        LabelledBox(
          x: Float(extent.left), y: Float(extent.top), width: Float(extent.right - extent.left + 1),
          height: Float(extent.bottom - extent.top + 1), label: Int32(outline.kind)))
      if extent.area > largest { (largest, label) = (extent.area, Int32(outline.kind)) }
    }
  }
}
