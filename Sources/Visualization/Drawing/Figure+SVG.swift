extension Figure {
  /// The figure as a stand-alone SVG 1.1 document.
  package func svg() -> String {
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="system-ui, sans-serif">
      """,
      "<rect width=\"100%\" height=\"100%\" fill=\"\(background.css)\"/>",
    ]
    for mark in marks { lines.append(Self.element(mark)) }
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func element(_ mark: Mark) -> String {
    switch mark {
    case .line(let points, let color, let width, let isDashed):
      let path = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
      let dash = isDashed ? " stroke-dasharray=\"6 4\"" : ""
      return """
        <polyline points="\(path)" fill="none" stroke="\(color.css)" stroke-width="\(number(width))"\(dash) \
        stroke-linejoin="round" stroke-linecap="round"/>
        """
    case .disc(let center, let radius, let color):
      return """
        <circle cx="\(number(center.x))" cy="\(number(center.y))" r="\(number(radius))" fill="\(color.css)"/>
        """
    case .box(let corner, let width, let height, let color):
      return """
        <rect x="\(number(corner.x))" y="\(number(corner.y))" width="\(number(width))" \
        height="\(number(height))" fill="\(color.css)"/>
        """
    case .text(let text, let place, let size, let anchor, let color, let isVertical):
      let (x, y) = (number(place.x), number(place.y))
      let turn = isVertical ? " transform=\"rotate(-90 \(x) \(y))\"" : ""
      return """
        <text x="\(x)" y="\(y)" font-size="\(number(size))" text-anchor="\(anchor.rawValue)" \
        dominant-baseline="central" fill="\(color.css)"\(turn)>\(escaped(text))</text>
        """
    }
  }

  /// A coordinate with at most two decimals, without trailing zeros.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = (max(-1e6, min(1e6, value)) * 100).rounded()
    let whole = Int(hundredths)
    if whole % 100 == 0 { return String(whole / 100) }
    let sign = whole < 0 ? "-" : ""
    let (units, rest) = (abs(whole) / 100, abs(whole) % 100)
    let digits = rest % 10 == 0 ? String(rest / 10) : (rest < 10 ? "0\(rest)" : String(rest))
    return "\(sign)\(units).\(digits)"
  }

  /// Text as XML writes it; characters XML forbids are left out.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += " "
      default:
        if scalar.value >= 0x20, scalar.value & 0xFFFE != 0xFFFE { result.unicodeScalars.append(scalar) }
      }
    }
    return result
  }
}
