/// The colours and characters that class numbers of pixels are shown by.
package struct MaskPalette: Sendable, Hashable {
  /// Colours of the numbers from 1 on; those beyond are made from the theme's.
  package var colors: [Color] = []

  /// Makes a palette; without colours it is the theme's.
  package init(colors: [Color] = []) { self.colors = colors }

  /// The number that files and data sets give to pixels that don't count.
  package static let ignored: Int32 = 255

  /// The colour of a number other than 0: the theme's series first, then lighter and darker ones of them.
  func color(_ number: Int32, _ theme: Theme) -> Color {
    if number == Self.ignored { return Color(0xE0E0C0) }
    let index = Int(number) - 1
    if colors.indices.contains(index) { return colors[index] }
    let base = theme.color(index)
    guard index >= 0, !theme.series.isEmpty else { return base }
    switch index / theme.series.count % 3 {
    case 1: return base.mixed(with: Color(gray: 255), 0.45)
    case 2: return base.mixed(with: Color(gray: 0), 0.4)
    default: return base
    }
  }

  /// The character of a number: digits, then letters; `.` for 0, `?` for what doesn't count.
  package static func symbol(_ number: Int32) -> UInt8 {
    if number == ignored { return UInt8(ascii: "?") }
    let symbols = Array(".123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    return symbols.indices.contains(Int(number)) ? symbols[Int(number)] : UInt8(ascii: "#")
  }
}

/// A line of a legend: what a colour means.
package struct LegendEntry: Sendable, Hashable {
  /// The class number it stands for.
  package let number: Int32
  /// What it is called.
  package let text: String

  /// Makes an entry.
  package init(_ number: Int, _ text: String) {
    self.number = Int32(clamping: number)
    self.text = text
  }
}
