import Testing
import Visualization

@Suite("Diagrams")
struct DiagramTests {
  /// A residual network of two blocks, a box per layer.
  private var residual: GraphDiagram {
    GraphDiagram([
      .init("input", output: "[3, 32, 32]", sources: []),
      .init("conv1", subtitle: "Conv(64, 3, padding: 1, bias: false)", output: "[64, 32, 32]", sources: [0]),
      .init("relu1", output: "[64, 32, 32]", sources: [1]),
      .init("conv2", subtitle: "Conv(64, 3, padding: 1)", output: "[64, 32, 32]", sources: [2]),
      .init("add1", output: "[64, 32, 32]", sources: [3, 0]),
      .init("conv3", subtitle: "Conv(64, 3)", output: "[64, 30, 30]", sources: [4]),
      .init("conv4", subtitle: "Conv(64, 1)", output: "[64, 30, 30]", sources: [4]),
      .init("add2", output: "[64, 30, 30]", sources: [5, 6]),
    ])
  }

  private func boxes(_ figure: Figure) -> [(left: Double, top: Double, right: Double, bottom: Double)] {
    let all = figure.marks.compactMap { mark -> (left: Double, top: Double, right: Double, bottom: Double)? in
      guard case .box(let corner, let width, let height, _) = mark else { return nil }
      return (corner.x, corner.y, corner.x + width, corner.y + height)
    }
    // A frame, and the box within it.
    return all.indices.filter { $0 % 2 == 0 }.map { all[$0] }
  }

  @Test("Boxes don't touch and stay on the drawing")
  func boxesStandApart() {
    let figure = residual.figure()
    let boxes = boxes(figure)
    #expect(boxes.count == 8)
    for (index, box) in boxes.enumerated() {
      #expect(box.left >= 0 && box.right <= Double(figure.width) && box.bottom <= Double(figure.height))
      for other in boxes[(index + 1)...] {
        let isApart =
          other.left > box.right || box.left > other.right || other.top > box.bottom || box.top > other.bottom
        #expect(isApart)
      }
    }
  }

  @Test("Shapes stand in the boxes, so that no arrow runs through them")
  func shapesStandInBoxes() {
    let figure = residual.figure()
    let boxes = boxes(figure)
    let texts = figure.marks.compactMap { mark -> (text: String, place: Place)? in
      if case .text(let text, let place, _, _, _, _) = mark { (text, place) } else { nil }
    }
    #expect(texts.filter { $0.text.hasPrefix("[") }.count == 8)
    for (_, place) in texts {
      #expect(
        boxes.contains {
          place.x > $0.left && place.x < $0.right && place.y - 6 > $0.top && place.y + 6 < $0.bottom
        })
    }
  }

  @Test("An edge past several ranks runs straight through them")
  func longEdgesAreStraight() throws {
    let paths = residual.figure().marks.compactMap { mark -> [Place]? in
      if case .line(let places, _, _, _) = mark, places.count > 3 { places } else { nil }
    }
    let skip = try #require(paths.first)
    #expect(paths.count == 1)
    // All but its two ends stand at one distance from the left.
    for place in skip.dropFirst().dropLast() { #expect(abs(place.x - skip[1].x) < 0.01) }
  }

  @Test("Layers that follow one another stand below one another")
  func chainsAreStraight() {
    let chain = GraphDiagram(
      (0..<5).map {
        .init("layer", subtitle: String(repeating: "x", count: $0 * 5), output: "", sources: [$0 - 1])
      })
    let centers = boxes(chain.figure()).map { ($0.left + $0.right) / 2 }
    #expect(centers.count == 5)
    for center in centers { #expect(abs(center - centers[0]) < 0.01) }
  }

  @Test("Figures side by side go on in another row where there is no room")
  func rows() {
    let parts = [(340, 260), (340, 200), (340, 100)].map {
      var figure = Figure(width: $0.0, height: $0.1, background: Theme.light.background)
      figure.text("x", at: Place(1, 2), color: Theme.light.ink)
      return figure
    }
    let both = Figure(parts, width: 720)
    #expect((both.width, both.height) == (680, 360))
    let places = both.marks.map { mark -> Place in
      if case .text(_, let place, _, _, _, _) = mark { place } else { Place(0, 0) }
    }
    #expect(places == [Place(1, 2), Place(341, 2), Place(1, 262)])
  }
}
