/// A place on a figure in CSS pixels, from the left and from the top.
package typealias Place = SIMD2<Double>

/// Something drawn on a figure.
package enum Mark: Sendable {
  /// Which part of a text stands at its place.
  package enum Anchor: String, Sendable {
    case start
    case middle
    case end
  }

  /// Connected straight pieces.
  case line([Place], color: Color, width: Double, isDashed: Bool)
  /// A filled circle.
  case disc(Place, radius: Double, color: Color)
  /// A filled rectangle by its corner at the top left.
  case box(Place, width: Double, height: Double, color: Color)
  /// One line of text whose middle height is at its place; `isVertical` reads upwards.
  case text(String, Place, size: Double, anchor: Anchor, color: Color, isVertical: Bool)
}

/// A drawing that becomes an SVG text or a PNG picture.
package struct Figure: Sendable {
  /// Width in CSS pixels.
  package let width: Int
  /// Height in CSS pixels.
  package let height: Int
  /// Behind everything.
  package let background: Color
  /// What is drawn, first at the bottom.
  package var marks: [Mark] = []

  /// Makes an empty figure; sizes are kept within 16…8192.
  package init(width: Int, height: Int, background: Color) {
    self.width = max(16, min(8192, width))
    self.height = max(16, min(8192, height))
    self.background = background
  }

  /// Adds a straight line.
  package mutating func line(
    _ from: Place, _ to: Place, color: Color, width: Double = 1, isDashed: Bool = false
  ) {
    marks.append(.line([from, to], color: color, width: width, isDashed: isDashed))
  }

  /// Adds a line of text.
  package mutating func text(
    _ text: String, at place: Place, size: Double = 12, anchor: Mark.Anchor = .start, color: Color,
    isVertical: Bool = false
  ) {
    marks.append(.text(text, place, size: size, anchor: anchor, color: color, isVertical: isVertical))
  }

  /// Adds a filled rectangle.
  package mutating func box(_ corner: Place, width: Double, height: Double, color: Color) {
    marks.append(.box(corner, width: width, height: height, color: color))
  }
}
