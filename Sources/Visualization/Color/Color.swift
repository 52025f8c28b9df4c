/// An opaque colour, 0 to 255 per channel (sRGB).
package struct Color: Sendable, Hashable {
  /// Red.
  package var red: UInt8
  /// Green.
  package var green: UInt8
  /// Blue.
  package var blue: UInt8

  /// Makes a colour from its channels.
  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// Makes a grey.
  package init(gray: UInt8) { self.init(gray, gray, gray) }

  /// Makes a colour from `0xRRGGBB`.
  package init(_ hex: UInt32) {
    self.init(UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255))
  }

  /// The colour as CSS writes it, `#rrggbb`.
  package var css: String {
    let pair = { (value: UInt8) in String(value >> 4, radix: 16) + String(value & 15, radix: 16) }
    return "#" + pair(red) + pair(green) + pair(blue)
  }

  /// How bright the eye sees it, 0 to 1 (ITU-R BT.601).
  package var luma: Float { (0.299 * Float(red) + 0.587 * Float(green) + 0.114 * Float(blue)) / 255 }

  /// A mix: this colour at 0, the other at 1.
  package func mixed(with other: Color, _ share: Float) -> Color {
    let mix = { (a: UInt8, b: UInt8) in
      UInt8(max(0, min(255, (Float(a) + (Float(b) - Float(a)) * share).rounded())))
    }
    return Color(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }

  /// The terminal's escape sequence that writes in this colour.
  package var foreground: String { "\u{1B}[38;2;\(red);\(green);\(blue)m" }
  /// The terminal's escape sequence that writes on this colour.
  package var background: String { "\u{1B}[48;2;\(red);\(green);\(blue)m" }
  /// The terminal's escape sequence that ends colours.
  package static let reset = "\u{1B}[0m"
}
