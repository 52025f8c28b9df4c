/// A connected area of one class: a thing in a mask.
package struct Region: Sendable, Equatable {
  /// The number its pixels have in ``Regions/grid``, counted from 1.
  package let number: Int32
  /// The class number of its pixels.
  package let classNumber: Int32
  /// How many pixels it has.
  package private(set) var area: Int
  /// Its first and last column and row.
  package private(set) var columns: ClosedRange<Int>
  package private(set) var rows: ClosedRange<Int>
  private var sums = (x: 0, y: 0)

  /// Where its pixels' middles lie on average, in pixels from the left upper corner.
  package var center: (x: Double, y: Double) {
    (Double(sums.x) / Double(area) + 0.5, Double(sums.y) / Double(area) + 0.5)
  }

  /// The box around it: left, top, width and height in pixels.
  package var box: [Int] { [columns.lowerBound, rows.lowerBound, columns.count, rows.count] }

  init(number: Int32, classNumber: Int32, x: Int, y: Int) {
    (self.number, self.classNumber) = (number, classNumber)
    (area, columns, rows, sums) = (1, x...x, y...y, (x, y))
  }

  mutating func add(x: Int, y: Int) {
    area += 1
    columns = min(columns.lowerBound, x)...max(columns.upperBound, x)
    rows = min(rows.lowerBound, y)...max(rows.upperBound, y)
    sums = (sums.x + x, sums.y + y)
  }

  package static func == (a: Region, b: Region) -> Bool {
    (a.number, a.classNumber, a.area, a.box) == (b.number, b.classNumber, b.area, b.box) && a.sums == b.sums
  }
}

/// The things in a mask: a grid of their numbers, and what is known of each.
package struct Regions: Sendable {
  /// The number of the thing each pixel belongs to, 0 for background.
  package let grid: LabelGrid
  /// The things by number: thing 1 stands first.
  package let all: [Region]

  /// Measures things: `numbers` are positive where something is, and pixels of one number are one thing, of the class
  /// that `classes` has there. Things smaller than `smallest` become background, the others are numbered anew in
  /// reading order of their first pixel.
  init(numbers: LabelGrid, classes: LabelGrid, smallest: Int) {
    var areas: [Int32: Int] = [:]
    for number in numbers.numbers where number > 0 { areas[number, default: 0] += 1 }
    var grid = numbers
    var renamed: [Int32: Int32] = [:]
    var all: [Region] = []
    for (index, number) in numbers.numbers.enumerated() {
      guard number > 0, areas[number, default: 0] >= smallest else {
        grid.numbers[index] = 0
        continue
      }
      let (x, y) = (index % grid.width, index / grid.width)
      if let known = renamed[number] {
        all[Int(known) - 1].add(x: x, y: y)
        grid.numbers[index] = known
      } else {
        let next = Int32(all.count + 1)
        renamed[number] = next
        all.append(Region(number: next, classNumber: classes.numbers[index], x: x, y: y))
        grid.numbers[index] = next
      }
    }
    self.grid = grid
    self.all = all
  }
}
