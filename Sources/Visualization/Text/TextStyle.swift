/// Which characters stand for a picture.
package enum TextStyle: String, CaseIterable, Sendable {
  /// A ramp of ASCII characters: for logs, pipes and screen readers.
  case ascii
  /// Five shades of block characters, no colour.
  case shades
  /// Half blocks in true colour: two pixels in each character.
  case blocks
  /// Braille dots, eight in each character, no colour.
  case braille
}
