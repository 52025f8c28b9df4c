import Foundation

/// A font drawn with a round pen, so that pictures have text at any size without a font file.
///
/// Characters it does not have appear as a box.
struct StrokeFont {
  /// Height of the em square in pixels; capitals are 0.72 of it.
  let size: Double

  /// How thick the pen is.
  var penWidth: Double { max(1, size * 0.09) }

  private var unit: Double { size * 0.06 }

  /// How wide a text is in pixels.
  func width(_ text: String) -> Double {
    guard !text.isEmpty else { return 0 }
    return text.reduce(-Double(Self.gap)) { $0 + Double(Self.glyph($1).width + Self.gap) } * unit
  }

  /// The text cut so that it is no wider than `limit`, with two dots where something is missing.
  func fitted(_ text: String, to limit: Double) -> String {
    if width(text) <= limit { return text }
    var kept = Substring(text.prefix(400))
    while !kept.isEmpty, width(kept + "..") > limit { kept = kept.dropLast() }
    return kept.isEmpty ? "" : kept + ".."
  }

  /// The pen's ways for a text whose middle height is at `place`.
  func chains(_ text: String, at place: Place, anchor: Mark.Anchor, isVertical: Bool = false) -> [[Place]] {
    let total = width(text)
    var x = anchor == .start ? 0 : anchor == .middle ? -total / 2 : -total
    var result: [[Place]] = []
    for character in text {
      let glyph = Self.glyph(character)
      for chain in glyph.chains {
        result.append(
          chain.map { point in
            let (right, down) = (x + point.x * unit, (point.y - Self.capital / 2) * unit)
            return place + (isVertical ? Place(down, -right) : Place(right, down))
          })
      }
      x += Double(glyph.width + Self.gap) * unit
    }
    return result
  }

  private func width(_ text: Substring) -> Double { width(String(text)) }

  /// Units between two glyphs.
  private static let gap = 3
  /// Units of a capital's height.
  private static let capital = 12.0

  /// A glyph's shape in units: x from its left, y down from the top of capitals.
  struct Glyph {
    let width: Int
    let chains: [[Place]]

    /// Reads a glyph: its width, then strokes of base-36 pairs x y; `~` before those that swing through their points.
    init(_ text: Substring) {
      let parts = text.split(separator: " ")
      width = parts.first.flatMap { Int($0) } ?? 6
      chains = parts.dropFirst().map { part in
        let isCurved = part.first == "~"
        let numbers = part.drop { $0 == "~" }.compactMap(\.hexDigitValue36)
        let points = stride(from: 0, to: numbers.count - 1, by: 2).map {
          Place(Double(numbers[$0]), Double(numbers[$0 + 1]))
        }
        return isCurved ? Spline.through(points) : points
      }
    }
  }

  private static let glyphs: [Character: Glyph] = {
    var result: [Character: Glyph] = [:]
    for line in shapes.split(separator: "\n") {
      guard let character = line.first else { continue }
      result[character] = Glyph(line.dropFirst(2))
    }
    return result
  }()

  private static let unknown = Glyph("6 00606c0c00")

  /// A letter without its accents: better read than a box.
  private static func bare(_ character: Character) -> Character? {
    String(character).decomposedStringWithCanonicalMapping.unicodeScalars.first.map { Character($0) }
  }

  private static func glyph(_ character: Character) -> Glyph {
    if character == " " { return Glyph("4") }
    return glyphs[character] ?? bare(character).flatMap { glyphs[$0] } ?? unknown
  }
}

extension Character {
  /// The value of a digit in base 36, lower case.
  fileprivate var hexDigitValue36: Int? { Int(String(self), radix: 36) }
}

/// Smooth ways through points.
enum Spline {
  /// A Catmull-Rom spline, six pieces between neighbours; closed when the last point is the first.
  static func through(_ points: [Place]) -> [Place] {
    guard points.count > 2, let first = points.first, let last = points.last else { return points }
    let isClosed = first == last
    var chain = [first]
    for i in 0..<points.count - 1 {
      let (a, b) = (points[i], points[i + 1])
      let before = i > 0 ? points[i - 1] : isClosed ? points[points.count - 2] : a
      let after = i + 2 < points.count ? points[i + 2] : isClosed ? points[1] : b
      for step in 1...6 {
        let t = Double(step) / 6
        let (t2, t3) = (t * t, t * t * t)
        var point = before * (2 * t2 - t - t3)
        point += a * (2 - 5 * t2 + 3 * t3)
        point += b * (t + 4 * t2 - 3 * t3)
        point += after * (t3 - t2)
        chain.append(point / 2)
      }
    }
    return chain
  }
}
