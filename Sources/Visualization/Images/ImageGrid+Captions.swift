extension ImageGrid {
  /// How many lines a caption has at most.
  private static let captionLimit = 3

  /// Each tile's caption in lines that fit under it: words that don't are on the next line, what fits nowhere is cut.
  func captions(fits: (String) -> Bool, cut: (String) -> String) -> [[String]] {
    tiles.map { tile in
      if tile.caption.isEmpty { return [] }
      if fits(tile.caption) { return [tile.caption] }
      var lines: [String] = []
      for word in tile.caption.prefix(400).split(whereSeparator: \.isWhitespace) {
        if let last = lines.last, lines.count == Self.captionLimit || fits(last + " " + word) {
          lines[lines.count - 1] = last + " " + word
        } else {
          lines.append(String(word))
        }
      }
      return lines.map { fits($0) ? $0 : cut($0) }
    }
  }

  /// The font of captions under pictures.
  static let captionFont = StrokeFont(size: 13)
  /// How far apart the lines of a caption under a picture are, in pixels.
  static let captionPitch = 15

  /// Each tile's caption in lines for a cell of a picture, in pixels wide.
  func pictureCaptions(width: Int) -> [[String]] {
    let limit = Double(width + gap)
    return captions(
      fits: { Self.captionFont.width($0) <= limit }, cut: { Self.captionFont.fitted($0, to: limit) })
  }

  /// How much room captions of so many lines take under a picture, in pixels.
  static func captionHeight(lines: Int) -> Int { lines == 0 ? 0 : 18 + (lines - 1) * captionPitch }
}
