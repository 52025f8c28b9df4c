/// The colours of a figure.
package struct Theme: Sendable, Hashable {
  /// Behind everything.
  package let background: Color
  /// Text and axes.
  package let ink: Color
  /// Lines of the grid.
  package let grid: Color
  /// Series, in order: told apart by the colour-blind too (Okabe and Ito 2008, adjusted to the background).
  package let series: [Color]
  /// What was got right.
  package let right: Color
  /// What was got wrong.
  package let wrong: Color

  /// Dark on white.
  package static let light = Theme(
    background: Color(0xFFFFFF), ink: Color(0x333333), grid: Color(0xE2E2E2),
    series: [
      Color(0x0072B2), Color(0xD55E00), Color(0x009E73), Color(0xCC79A7), Color(0xE69F00), Color(0x56B4E9),
      Color(0x7A5195), Color(0x8C8C00), Color(0x4D4D4D), Color(0x8B4513),
    ], right: Color(0x00805F), wrong: Color(0xC43E00))

  /// Light on near-black.
  package static let dark = Theme(
    background: Color(0x161616), ink: Color(0xD8D8D8), grid: Color(0x3A3A3A),
    series: [
      Color(0x56B4E9), Color(0xF08A3C), Color(0x2CC79A), Color(0xE59AC5), Color(0xF2C14E), Color(0x5B8DEF),
      Color(0xB08BD8), Color(0xD6D65A), Color(0xA8A8A8), Color(0xC99A6B),
    ], right: Color(0x2CC79A), wrong: Color(0xFF8A5C))

  /// The colour of series `index`, starting over after the last.
  package func color(_ index: Int) -> Color {
    series.isEmpty ? ink : series[((index % series.count) + series.count) % series.count]
  }
}
