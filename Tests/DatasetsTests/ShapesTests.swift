import Datasets
import TensorRuntime
import Testing

@Suite("Generated shapes and clouds")
struct ShapesTests {
  let random = Philox(seed: 3, stream: 6 << 56)

  @Test("Masks, instances, boxes and labels of a picture agree")
  func agree() throws {
    var shapes = Shapes()
    (shapes.count, shapes.shapes) = (60, 1...4)
    let data = try shapes.images(random: random)
    #expect(data.shape == [3, 64, 64])
    #expect(data.store.maskNames == ["background", "circle", "rectangle", "triangle"])
    for index in 0..<data.count {
      let extras = data.extras(index)
      let (classes, instances) = (extras.masks[0], extras.masks[1])
      let numbers = Set(instances).subtracting([0])
      #expect(!numbers.isEmpty && numbers.count == extras.boxes.count)
      var largest = (area: 0, label: Int32(0))
      for (box, number) in zip(extras.boxes, numbers.sorted()) {
        let places = instances.indices.filter { instances[$0] == number }
        #expect(places.allSatisfy { classes[$0] == UInt8(box.label) + 1 })
        let (columns, rows) = (places.map { $0 % 64 }, places.map { $0 / 64 })
        #expect(Float(columns.min() ?? 0) == box.x && Float((columns.max() ?? 0) + 1) == box.x + box.width)
        #expect(Float(rows.min() ?? 0) == box.y && Float((rows.max() ?? 0) + 1) == box.y + box.height)
        if places.count > largest.area { largest = (places.count, box.label) }
      }
      #expect(data.label(index) == largest.label)
    }
    #expect(data.classCounts.allSatisfy { $0 > 5 })
  }

  @Test("Shapes that may not overlap are whole, and each has its own pixels")
  func clear() throws {
    var shapes = Shapes()
    (shapes.count, shapes.size, shapes.shapes, shapes.mayOverlap, shapes.isColored) = (
      20, 96, 3...5, false, false
    )
    let data = try shapes.images(random: random)
    #expect(data.shape == [1, 96, 96])
    for index in 0..<data.count {
      for (i, a) in data.extras(index).boxes.enumerated() where a.label == 0 {
        #expect(abs(a.width - a.height) <= 1, "circle \(i) is whole")
      }
    }
  }

  @Test("A picture depends on its number alone")
  func prefix() throws {
    var shapes = Shapes()
    shapes.count = 5
    let few = try shapes.images(random: random)
    shapes.count = 40
    let data = try shapes.dataset(validation: 0.25, random: random)
    #expect((data.train.count + data.validation.count, data.test.count) == (32, 8))
    #expect(Array(data.train.store.pixels.prefix(few.store.pixels.count)) == few.store.pixels)
  }

  @Test("Impossible descriptions are errors")
  func refuses() {
    for change in [
      { (s: inout Shapes) in s.count = 0 }, { $0.size = 4 }, { $0.size = .max }, { $0.noise = .nan },
      { $0.shapes = 0...2 }, { ($0.count, $0.size) = (1_000_000, 1024) },
    ] {
      var shapes = Shapes()
      change(&shapes)
      #expect(throws: DatasetError.self) { try shapes.images(random: random) }
    }
    #expect(throws: DatasetError.self) { try Blobs.points(count: 0, random: random) }
    #expect(throws: DatasetError.self) { try Blobs.points(count: .max, features: 1000, random: random) }
  }

  @Test("Clouds lie around their middles")
  func blobs() throws {
    let (points, labels) = try Blobs.points(count: 600, classes: 2, features: 3, spread: 0.5, random: random)
    #expect(points.count == 1800 && labels.filter { $0 == 1 }.count == 300)
    for label in 0..<2 {
      for feature in 0..<3 {
        let own = (0..<600).filter { labels[$0] == label }.map { points[$0 * 3 + feature] }
        let mean = own.reduce(0, +) / 300
        let deviation = (own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 300).squareRoot()
        #expect(abs(mean) < 5.2 && abs(deviation - 0.5) < 0.06)
      }
    }
  }
}
