extension Figure {
  /// Figures side by side, their tops aligned, on the first one's background.
  package init(row figures: [Figure]) {
    self.init(
      width: figures.reduce(0) { $0 + $1.width }, height: figures.map(\.height).max() ?? 0,
      background: figures.first?.background ?? Theme.light.background)
    var left = 0.0
    for figure in figures {
      marks += figure.marks.map { $0.moved(by: Place(left, 0)) }
      left += Double(figure.width)
    }
  }
}

extension Mark {
  /// The same mark elsewhere.
  func moved(by distance: Place) -> Mark {
    switch self {
    case .line(let places, let color, let width, let isDashed):
      .line(places.map { $0 + distance }, color: color, width: width, isDashed: isDashed)
    case .disc(let place, let radius, let color): .disc(place + distance, radius: radius, color: color)
    case .box(let place, let width, let height, let color):
      .box(place + distance, width: width, height: height, color: color)
    case .text(let text, let place, let size, let anchor, let color, let isVertical):
      .text(text, place + distance, size: size, anchor: anchor, color: color, isVertical: isVertical)
    }
  }
}
