/// How numbers become colours.
package enum ColorMap: String, CaseIterable, Sendable {
  /// Black to white.
  case gray
  /// White to black, as ink on paper.
  case ink
  /// Dark blue over green to yellow: evenly bright steps, also for the colour-blind (van der Walt and Smith 2015).
  case viridis
  /// Blue below the middle, white at it, red above: for numbers with a sign.
  case diverging
  /// White to deep blue: for amounts, where nothing should look like nothing.
  case blues

  /// The colour of a number in 0…1; outside it the end's colour, and for NaN magenta, which no map contains.
  package func color(_ value: Float) -> Color {
    guard !value.isNaN else { return Color(0xFF00FF) }
    let stops = stops
    let place = max(0, min(1, value)) * Float(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    return stops[index].mixed(with: stops[index + 1], place - Float(index))
  }

  private var stops: [Color] {
    switch self {
    case .gray: [Color(gray: 0), Color(gray: 255)]
    case .ink: [Color(gray: 255), Color(gray: 0)]
    case .viridis:
      [
        Color(0x440154), Color(0x472D7B), Color(0x3B528B), Color(0x2C728E), Color(0x21918C), Color(0x28AE80),
        Color(0x5EC962), Color(0xADDC30), Color(0xFDE725),
      ]
    case .diverging:
      [Color(0x2166AC), Color(0x92C5DE), Color(0xF7F7F7), Color(0xF4A582), Color(0xB2182B)]
    case .blues:
      [Color(0xF7FBFF), Color(0xC6DBEF), Color(0x6BAED6), Color(0x2171B5), Color(0x08306B)]
    }
  }
}
