import ImageCodecs

extension Figure {
  /// The figure as pixels, `scale` of them for each CSS pixel. Throws `ImageError` where it would be too large, or what
  /// ``StopRequest`` throws.
  package func image(scale: Int = 2) throws -> PixelImage {
    let factor = max(1, min(4, scale))
    _ = try PixelImage.sampleCount(width: width * factor, height: height * factor, channels: 3)
    var canvas = Canvas(width: width * factor, height: height * factor, background: background)
    for mark in marks {
      try StopRequest.obey()
      Self.draw(mark, scale: Double(factor), on: &canvas)
    }
    return try canvas.image()
  }

  /// The figure as a PNG file, `scale` pixels for each CSS pixel.
  package func png(scale: Int = 2) throws -> [UInt8] { try PNG.encode(drawing: image(scale: scale)) }

  private static func draw(_ mark: Mark, scale: Double, on canvas: inout Canvas) {
    switch mark {
    case .line(let points, let color, let width, let isDashed):
      let chain = points.map { $0 * scale }
      canvas.stroke(
        isDashed ? dashes(chain, on: 6 * scale, off: 4 * scale) : [chain], width: width * scale, color: color)
    case .disc(let center, let radius, let color):
      canvas.disc(center * scale, radius: radius * scale, color: color)
    case .box(let corner, let width, let height, let color):
      canvas.fill(
        x: corner.x * scale, y: corner.y * scale, width: width * scale, height: height * scale, color: color)
    case .text(let text, let place, let size, let anchor, let color, let isVertical):
      let font = StrokeFont(size: size * scale)
      canvas.stroke(
        font.chains(text, at: place * scale, anchor: anchor, isVertical: isVertical), width: font.penWidth,
        color: color)
    }
  }

  /// Cuts a chain into dashes by length.
  private static func dashes(_ chain: [Place], on: Double, off: Double) -> [[Place]] {
    guard var here = chain.first, on > 0, off > 0 else { return [] }
    var result: [[Place]] = []
    var current = [here]
    var isOn = true
    var left = on
    for next in chain.dropFirst() {
      var step = next - here
      var length = (step * step).sum().squareRoot()
      while length > left {
        here += step * (left / length)
        if isOn { result.append(current + [here]) }
        isOn.toggle()
        current = [here]
        left = isOn ? on : off
        step = next - here
        length = (step * step).sum().squareRoot()
      }
      left -= length
      here = next
      if isOn { current.append(here) }
    }
    if isOn, current.count > 1 { result.append(current) }
    return result
  }
}
