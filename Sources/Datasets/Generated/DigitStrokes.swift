/// A stroke of a pen: points in a unit square, x to the right and y down.
struct PenStroke {
  /// The points in writing order.
  let points: [SIMD2<Float>]
  /// Whether the pen swings through the points rather than turning sharply at each.
  let isCurved: Bool

  /// A stroke that swings through its points.
  static func curve(_ points: [SIMD2<Float>]) -> PenStroke { PenStroke(points: points, isCurved: true) }
  /// A stroke of straight pieces.
  static func line(_ points: [SIMD2<Float>]) -> PenStroke { PenStroke(points: points, isCurved: false) }
}

/// One way to write a digit.
struct Handwriting {
  /// How often it is met, relative to the digit's other ways.
  let weight: Float
  /// Its strokes.
  let strokes: [PenStroke]

  init(_ weight: Float, _ strokes: [PenStroke]) {
    self.weight = weight
    self.strokes = strokes
  }

  private static func p(_ x: Float, _ y: Float) -> SIMD2<Float> { SIMD2(x, y) }

  /// The ways to write each digit, 0 to 9.
  static let digits: [[Handwriting]] = [
    zero, one, two, three, four, five, six, seven, eight, nine,
  ]

  private static let zero = [
    Handwriting(
      3,
      [
        .curve([
          p(0.5, 0), p(0.2, 0.12), p(0.03, 0.5), p(0.2, 0.88), p(0.5, 1), p(0.8, 0.88), p(0.97, 0.5),
          p(0.8, 0.12),
          p(0.5, 0),
        ])
      ]),
    Handwriting(
      2,
      [
        .curve([
          p(0.65, 0.02), p(0.3, 0.08), p(0.05, 0.5), p(0.25, 0.93), p(0.55, 1), p(0.9, 0.75), p(0.95, 0.35),
          p(0.7, 0.06), p(0.42, 0.07),
        ])
      ]),
    Handwriting(
      1,
      [
        .curve([
          p(0.45, 0.05), p(0.12, 0.3), p(0.05, 0.7), p(0.35, 0.98), p(0.75, 0.85), p(0.97, 0.45), p(0.8, 0.1),
          p(0.5, 0.02), p(0.4, 0.15),
        ])
      ]),
  ]

  private static let one = [
    Handwriting(5, [.line([p(0.5, 0), p(0.5, 1)])]),
    Handwriting(2, [.curve([p(0.47, 0), p(0.53, 0.5), p(0.48, 1)])]),
    Handwriting(1, [.line([p(0.3, 0.22), p(0.53, 0), p(0.53, 1)])]),
    Handwriting(
      0.3, [.line([p(0.27, 0.25), p(0.53, 0), p(0.53, 0.98)]), .line([p(0.22, 1), p(0.85, 0.98)])]),
  ]

  private static let two = [
    Handwriting(
      3,
      [
        .curve([
          p(0.08, 0.25), p(0.25, 0.05), p(0.6, 0), p(0.88, 0.22), p(0.75, 0.52), p(0.35, 0.82), p(0.05, 1),
        ]),
        .line([p(0.05, 1), p(0.98, 0.97)]),
      ]),
    Handwriting(
      3,
      [
        .curve([
          p(0.1, 0.22), p(0.35, 0.02), p(0.75, 0.1), p(0.8, 0.4), p(0.5, 0.75), p(0.15, 0.98), p(0.03, 0.85),
          p(0.2, 0.73), p(0.5, 0.88), p(0.98, 0.95),
        ])
      ]),
    Handwriting(
      2,
      [
        .curve([p(0.1, 0.12), p(0.5, 0), p(0.85, 0.2), p(0.65, 0.55), p(0.3, 0.82), p(0.08, 0.96)]),
        .curve([p(0.08, 0.96), p(0.35, 0.88), p(0.65, 0.99), p(0.97, 0.9)]),
      ]),
  ]

  private static let three = [
    Handwriting(
      3,
      [
        .curve([p(0.1, 0.12), p(0.45, 0), p(0.85, 0.15), p(0.75, 0.4), p(0.38, 0.48)]),
        .curve([p(0.38, 0.48), p(0.8, 0.55), p(0.95, 0.78), p(0.6, 1), p(0.08, 0.92)]),
      ]),
    Handwriting(
      1,
      [
        .line([p(0.1, 0.03), p(0.85, 0.02), p(0.45, 0.4)]),
        .curve([p(0.45, 0.4), p(0.85, 0.5), p(0.95, 0.75), p(0.6, 1), p(0.1, 0.9)]),
      ]),
    Handwriting(
      2,
      [
        .curve([
          p(0.1, 0.1), p(0.5, 0), p(0.85, 0.18), p(0.62, 0.42), p(0.35, 0.5), p(0.45, 0.43), p(0.78, 0.52),
          p(0.95, 0.76), p(0.6, 1), p(0.1, 0.95),
        ])
      ]),
  ]

  private static let four = [
    Handwriting(
      3,
      [
        .curve([p(0.2, 0), p(0.08, 0.3), p(0.06, 0.55)]),
        .curve([p(0.06, 0.55), p(0.5, 0.58), p(0.95, 0.5)]),
        .line([p(0.8, 0), p(0.7, 1)]),
      ]),
    Handwriting(
      1,
      [
        .line([p(0.7, 0), p(0.02, 0.64), p(0.98, 0.62)]), .line([p(0.7, 0), p(0.66, 1)]),
      ]),
    Handwriting(
      3,
      [
        .curve([p(0.06, 0.02), p(0.04, 0.4), p(0.34, 0.56), p(0.74, 0.5), p(0.92, 0.3)]),
        .curve([p(0.96, 0.04), p(0.88, 0.5), p(0.82, 1)]),
      ]),
    Handwriting(
      2,
      [
        .line([p(0.12, 0.05), p(0.08, 0.5), p(0.85, 0.48)]), .line([p(0.82, 0.02), p(0.8, 1)]),
      ]),
  ]

  private static let five = [
    Handwriting(
      3,
      [
        .line([p(0.88, 0.02), p(0.2, 0.03), p(0.15, 0.45)]),
        .curve([p(0.15, 0.45), p(0.5, 0.36), p(0.9, 0.55), p(0.85, 0.85), p(0.45, 1), p(0.05, 0.9)]),
      ]),
    Handwriting(
      2,
      [
        .curve([
          p(0.25, 0.06), p(0.18, 0.4), p(0.55, 0.42), p(0.85, 0.65), p(0.7, 0.93), p(0.35, 1), p(0.03, 0.9),
        ]), .line([p(0.22, 0.07), p(0.98, 0.01)]),
      ]),
    Handwriting(
      2,
      [
        .curve([
          p(0.97, 0.03), p(0.6, 0.03), p(0.3, 0.12), p(0.25, 0.38), p(0.58, 0.5), p(0.78, 0.72),
          p(0.55, 0.96),
          p(0.25, 1), p(0.02, 0.9),
        ])
      ]),
  ]

  private static let six = [
    Handwriting(
      3,
      [
        .curve([
          p(0.75, 0), p(0.4, 0.2), p(0.12, 0.55), p(0.15, 0.88), p(0.5, 1), p(0.85, 0.85), p(0.82, 0.62),
          p(0.5, 0.52), p(0.17, 0.72),
        ])
      ]),
    Handwriting(
      2,
      [
        .curve([
          p(0.55, 0), p(0.25, 0.35), p(0.08, 0.7), p(0.2, 0.95), p(0.55, 0.98), p(0.75, 0.78), p(0.55, 0.6),
          p(0.22, 0.72), p(0.1, 0.86),
        ])
      ]),
    Handwriting(
      1,
      [
        .curve([
          p(0.9, 0.08), p(0.55, 0.02), p(0.2, 0.3), p(0.05, 0.65), p(0.25, 0.97), p(0.7, 0.97), p(0.93, 0.72),
          p(0.65, 0.5), p(0.25, 0.6), p(0.08, 0.8),
        ])
      ]),
  ]

  private static let seven = [
    Handwriting(3, [.line([p(0.05, 0.08), p(0.95, 0.04), p(0.4, 1)])]),
    Handwriting(
      1, [.line([p(0.05, 0.06), p(0.95, 0.03), p(0.4, 1)]), .line([p(0.28, 0.52), p(0.88, 0.48)])]),
    Handwriting(
      2,
      [
        .line([p(0.07, 0.28), p(0.1, 0.06), p(0.92, 0.05)]),
        .curve([p(0.92, 0.05), p(0.68, 0.4), p(0.5, 0.7), p(0.45, 1)]),
      ]),
    Handwriting(
      2, [.curve([p(0.03, 0.14), p(0.4, 0.06), p(0.82, 0.06), p(0.86, 0.22), p(0.62, 0.6), p(0.5, 1)])]),
  ]

  private static let eight = [
    Handwriting(
      3,
      [
        .curve([
          p(0.82, 0.12), p(0.45, 0), p(0.15, 0.18), p(0.4, 0.45), p(0.8, 0.7), p(0.75, 0.95), p(0.42, 1),
          p(0.12, 0.9), p(0.22, 0.66), p(0.6, 0.42), p(0.87, 0.2), p(0.75, 0.06),
        ])
      ]),
    Handwriting(
      1,
      [
        .curve([
          p(0.5, 0), p(0.22, 0.1), p(0.22, 0.36), p(0.5, 0.47), p(0.78, 0.36), p(0.78, 0.1), p(0.5, 0),
        ]),
        .curve([
          p(0.5, 0.47), p(0.12, 0.6), p(0.1, 0.88), p(0.5, 1), p(0.9, 0.88), p(0.88, 0.6), p(0.5, 0.47),
        ]),
      ]),
    Handwriting(
      1,
      [
        .curve([
          p(0.9, 0.08), p(0.55, 0.02), p(0.35, 0.2), p(0.55, 0.5), p(0.65, 0.8), p(0.4, 1), p(0.15, 0.82),
          p(0.4, 0.5), p(0.75, 0.28), p(0.92, 0.06),
        ])
      ]),
  ]

  private static let nine = [
    Handwriting(
      3,
      [
        .curve([
          p(0.85, 0.15), p(0.5, 0), p(0.1, 0.15), p(0.08, 0.4), p(0.4, 0.5), p(0.75, 0.38), p(0.88, 0.12),
        ]), .line([p(0.88, 0.1), p(0.78, 1)]),
      ]),
    Handwriting(
      1,
      [
        .curve([
          p(0.85, 0.15), p(0.5, 0), p(0.1, 0.15), p(0.1, 0.4), p(0.45, 0.5), p(0.78, 0.36), p(0.88, 0.12),
        ]), .curve([p(0.88, 0.12), p(0.86, 0.6), p(0.65, 0.92), p(0.15, 0.97)]),
      ]),
    Handwriting(
      3,
      [
        .curve([
          p(0.82, 0.07), p(0.4, 0.02), p(0.1, 0.25), p(0.3, 0.48), p(0.7, 0.34), p(0.86, 0.1), p(0.76, 0.5),
          p(0.6, 1),
        ])
      ]),
  ]
}
