import Foundation

/// Where one sample's pixels come from: an affine map from places in the new image to places in the old one, and
/// small displacements on a coarse grid.
package struct Motion: Sendable {
  /// The columns of the linear part.
  package let right: SIMD2<Float>
  let down: SIMD2<Float>
  /// Where the new image's first pixel comes from.
  let origin: SIMD2<Float>
  /// Displacements at the corners of a grid of ``cells`` by ``cells`` fields; empty when there are none.
  let displacements: [SIMD2<Float>]
  static let cells = 4

  let width: Int
  let height: Int

  /// Describes a motion: the old image mirrored, slanted, enlarged, turned clockwise (radians) and moved (pixels).
  package init(
    width: Int, height: Int, angle: Float = 0, slant: Float = 0, zoom: Float = 1,
    move: SIMD2<Float> = SIMD2(),
    mirror: SIMD2<Float> = SIMD2(1, 1), displacements: [SIMD2<Float>] = []
  ) {
    (self.width, self.height, self.displacements) = (width, height, displacements)
    // The map goes from the new image to the old one: every step is undone, the last one first.
    let (c, s) = (cos(angle) / zoom, sin(angle) / zoom)
    right = SIMD2(c + slant * s, -s) * mirror
    down = SIMD2(s - slant * c, c) * mirror
    let center = (SIMD2(Float(width), Float(height)) - 1) / 2
    let start = -center - move
    origin = center + right * start.x + down * start.y
  }

  /// Draws a motion within the ranges of an augmentation.
  package init(_ augment: Augment, width: Int, height: Int, draws: inout Draws) {
    let size = SIMD2(Float(width), Float(height))
    let angle = draws.uniform(-1...1) * augment.rotate * .pi / 180
    let slant = tan(draws.uniform(-1...1) * augment.shear * .pi / 180)
    let zoom = 1 + draws.uniform(-1...1) * augment.zoom
    var move = SIMD2(draws.uniform(-1...1), draws.uniform(-1...1)) * size * augment.shift
    let reach = 2 * augment.crop + 1
    move += SIMD2(
      Float(draws.integer(below: reach) - augment.crop), Float(draws.integer(below: reach) - augment.crop))
    let mirror = SIMD2<Float>(
      draws.chance(0.5) && augment.flipsHorizontally ? -1 : 1,
      draws.chance(0.5) && augment.flipsVertically ? -1 : 1)
    let corners = augment.elastic > 0 ? (Self.cells + 1) * (Self.cells + 1) : 0
    let displacements = (0..<corners).map { _ in
      SIMD2(draws.uniform(-1...1), draws.uniform(-1...1)) * augment.elastic
    }
    self.init(
      width: width, height: height, angle: angle, slant: slant, zoom: zoom, move: move, mirror: mirror,
      displacements: displacements)
  }

  /// Whether every pixel stays where it is.
  var isIdentity: Bool {
    right == SIMD2(1, 0) && down == SIMD2(0, 1) && origin == SIMD2() && displacements.isEmpty
  }

  /// Where the pixel at column `x` and row `y` of the new image comes from.
  package func source(_ x: Int, _ y: Int) -> SIMD2<Float> {
    let place = origin + right * Float(x) + down * Float(y)
    return displacements.isEmpty ? place : place + displacement(x, y)
  }

  private func displacement(_ x: Int, _ y: Int) -> SIMD2<Float> {
    let u = Float(x) / Float(max(1, width - 1)) * Float(Self.cells)
    let v = Float(y) / Float(max(1, height - 1)) * Float(Self.cells)
    let (column, row) = (min(Int(u), Self.cells - 1), min(Int(v), Self.cells - 1))
    // Smoothed between the corners, so that lines bend and do not break.
    let share = SIMD2(u - Float(column), v - Float(row))
    let smooth = share * share * (3 - 2 * share)
    let (a, b) = (smooth.x, smooth.y)
    let corner = row * (Self.cells + 1) + column
    let upper = displacements[corner] * (1 - a) + displacements[corner + 1] * a
    let lower =
      displacements[corner + Self.cells + 1] * (1 - a) + displacements[corner + Self.cells + 2] * a
    return upper * (1 - b) + lower * b
  }

  /// Where a place of the old image comes to lie in the new one, small displacements left out.
  package func target(_ place: SIMD2<Float>) -> SIMD2<Float> {
    let determinant = right.x * down.y - right.y * down.x
    guard abs(determinant) > 1e-9 else { return place }
    let p = place - origin
    return SIMD2(down.y * p.x - down.x * p.y, right.x * p.y - right.y * p.x) / determinant
  }

  /// The pixel along one axis that stands at a place outside, by the fill mode; nil for black.
  package static func index(_ place: Int, _ length: Int, _ fill: Augment.Fill) -> Int? {
    if place >= 0, place < length { return place }
    switch fill {
    case .nearest: return place < 0 ? 0 : length - 1
    case .wrap: return ((place % length) + length) % length
    case .reflect:
      let around = ((place % (2 * length)) + 2 * length) % (2 * length)
      return around < length ? around : 2 * length - 1 - around
    case .constant: return nil
    }
  }
}
