extension Figure {
  /// Figures side by side as far as they fit into `width` CSS pixels, then in further rows, on the first one's background.
  package init(_ figures: [Figure], width: Int) {
    var rows: [[Figure]] = []
    for figure in figures {
      let used = rows.last?.reduce(0) { $0 + $1.width } ?? 0
      if rows.isEmpty || used + figure.width > width {
        rows.append([figure])
      } else {
        rows[rows.count - 1].append(figure)
      }
    }
    self.init(
      width: rows.map { $0.reduce(0) { $0 + $1.width } }.max() ?? 0,
      height: rows.reduce(0) { $0 + ($1.map(\.height).max() ?? 0) },
      background: figures.first?.background ?? Theme.light.background)
    var top = 0.0
    for row in rows {
      var left = 0.0
      for figure in row {
        marks += figure.marks.map { $0.moved(by: Place(left, top)) }
        left += Double(figure.width)
      }
      top += Double(row.map(\.height).max() ?? 0)
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
