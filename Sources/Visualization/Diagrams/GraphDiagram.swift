/// Boxes and arrows from top to bottom: each box stands below all those it gets something from.
package struct GraphDiagram: Sendable {
  /// One box.
  package struct Node: Sendable {
    /// The first line.
    package let title: String
    /// The second line; may be empty.
    package let subtitle: String
    /// The last line, paler: the shape of what it gives.
    package let output: String
    /// Which of the theme's colours it has; none for `nil`.
    package let color: Int?
    /// The boxes it gets something from, by index, all before it.
    package let sources: [Int]

    /// Makes a box.
    package init(_ title: String, subtitle: String = "", output: String, color: Int? = nil, sources: [Int]) {
      (self.title, self.subtitle, self.output) = (title, subtitle, output)
      (self.color, self.sources) = (color, sources)
    }

    /// What is written in it, from above.
    fileprivate func lines(_ theme: Theme) -> [(text: String, size: Double, color: Color)] {
      [
        (title, 12, theme.ink), (subtitle, 10, theme.ink),
        (output, 10, theme.ink.mixed(with: theme.grid, 0.3)),
      ].filter { !$0.text.isEmpty }
    }
  }

  /// The boxes.
  package let nodes: [Node]
  /// The colours.
  package var theme = Theme.light

  /// Makes a diagram; sources that do not come before their box are left out.
  package init(_ nodes: [Node]) { self.nodes = nodes }

  /// How far apart the lines in a box are, in CSS pixels.
  private static let lineHeight = 15.0

  /// The diagram as a drawing.
  package func figure() -> Figure {
    let layout = LayeredLayout(sources: nodes.map(\.sources))
    let font = StrokeFont(size: 12)
    let widths = nodes.map { node in
      max(70, ([node.title, node.subtitle, node.output].map(font.width).max() ?? 0) + 20)
    }
    let most = nodes.map { $0.lines(theme).count }.max() ?? 1
    let (tall, gap) = (Double(most) * Self.lineHeight + 10, 24.0)
    let width = { (slot: LayeredLayout.Slot) in slot.node.map { widths[$0] + 18 } ?? 16 }
    let centers = layout.centers(width: width)
    let left = centers.map { $1 - width($0) / 2 }.min() ?? 0
    let right = centers.map { $1 + width($0) / 2 }.max() ?? 0
    let places = Dictionary(
      uniqueKeysWithValues: centers.map { slot, center in
        (slot, Place(20 + center - left, 16 + Double(slot.rank) * (tall + gap) + tall / 2))
      })
    var figure = Figure(
      width: Int(right - left + 40), height: Int(Double(layout.ranks.count) * (tall + gap) - gap + 32),
      background: theme.background)
    for chain in layout.chains {
      let points = chain.compactMap { places[$0] }
      guard points.count > 1, let first = points.first, let last = points.last else { continue }
      // Through the boxes' edges, straight past the ranks between.
      let inner = points.dropFirst().dropLast().flatMap {
        [$0 - Place(0, tall / 2), $0 + Place(0, tall / 2)]
      }
      let path = [first + Place(0, tall / 2)] + inner + [last - Place(0, tall / 2)]
      figure.marks.append(.line(path, color: theme.ink, width: 1.2, isDashed: false))
      let tip = last - Place(0, tall / 2)
      figure.marks.append(
        .line(
          [tip + Place(-4, -6), tip, tip + Place(4, -6)], color: theme.ink, width: 1.2, isDashed: false))
    }
    for (index, node) in nodes.enumerated() {
      guard let place = places[.init(rank: layout.rankOf[index], node: index, edge: -1)] else { continue }
      let corner = place - Place(widths[index] / 2, tall / 2)
      let edge = node.color.map(theme.color) ?? theme.ink
      figure.box(corner, width: widths[index], height: tall, color: edge)
      figure.box(
        corner + Place(1.5, 1.5), width: widths[index] - 3, height: tall - 3,
        color: theme.background.mixed(with: edge, 0.16))
      let lines = node.lines(theme)
      for (row, line) in lines.enumerated() {
        let below = (Double(row) - Double(lines.count - 1) / 2) * Self.lineHeight
        figure.text(
          line.text, at: place + Place(0, below), size: line.size, anchor: .middle, color: line.color)
      }
    }
    return figure
  }

  /// The boxes as aligned lines; where a box does not get the one above it, the line says from where it comes.
  package func text() -> String {
    var table = TextTable(header: ["", "output", "layer", "from"], sides: [.left, .left, .left, .left])
    for (index, node) in nodes.enumerated() {
      let isPlain = node.sources == [index - 1] || node.sources.isEmpty
      table.append([
        node.title, node.output, node.subtitle,
        isPlain
          ? ""
          : node.sources.map { nodes.indices.contains($0) ? nodes[$0].title : "" }.joined(separator: ", "),
      ])
    }
    return table.text()
  }
}
