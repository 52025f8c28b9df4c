import Datasets
import TensorRuntime
import Testing

@Suite("Things in masks")
struct RegionsTests {
  /// A mask from rows of characters, a digit for each class.
  private func grid(_ rows: String...) throws -> LabelGrid {
    try LabelGrid(
      height: rows.count, width: rows[0].count,
      numbers: rows.joined().map { Int32(String($0)) ?? 0 })
  }

  @Test("Areas of one class are things, numbered in reading order, with sizes and boxes")
  func components() throws {
    let mask = try grid(
      "110002",
      "100022",
      "001000",
      "110003")
    let found = mask.components()
    #expect(found.all.map(\.area) == [3, 3, 3, 1])
    #expect(found.all.map(\.classNumber) == [1, 2, 1, 3])
    #expect(found.all.map(\.box) == [[0, 0, 2, 2], [4, 0, 2, 2], [0, 2, 3, 2], [5, 3, 1, 1]])
    #expect(found.grid.numbers.prefix(6) == [1, 1, 0, 0, 0, 2])
    #expect(mask.components(.four).all.map(\.area) == [3, 3, 1, 2, 1])
    #expect(mask.components(.four, smallest: 3).all.map(\.number) == [1, 2])
    #expect(found.all[3].center == (5.5, 3.5))
    #expect(try grid("000", "000").components().all.isEmpty)
  }

  @Test("Distances are those to the nearest pixel of something else")
  func distances() throws {
    let random = Philox(seed: 3, stream: 1)
    let (height, width) = (13, 17)
    let numbers = (0..<height * width).map {
      Int32(random.integer(UInt64($0) * 4, below: 5)).signum() * ($0 % 40 == 0 ? 2 : 1)
    }
    let mask = try LabelGrid(height: height, width: width, numbers: numbers)
    let found = mask.distances()
    for i in numbers.indices {
      var least = Float.infinity
      for j in numbers.indices where numbers[j] != numbers[i] {
        let (x, y) = (Float(i % width - j % width), Float(i / width - j / width))
        least = min(least, (x * x + y * y).squareRoot())
      }
      #expect(abs(found[i] - (numbers[i] == 0 ? 0 : least)) < 1e-5)
    }
    #expect(try grid("11", "11").distances() == [.infinity, .infinity, .infinity, .infinity])
  }

  @Test("Discs that touch are told apart; one disc is one thing")
  func watershed() throws {
    func discs(_ centers: [(x: Int, y: Int)], radius: Int) throws -> LabelGrid {
      try LabelGrid(
        height: 40, width: 60,
        numbers: (0..<2400).map { i in
          centers.contains { center in
            let (x, y) = (i % 60 - center.x, i / 60 - center.y)
            return x * x + y * y <= radius * radius
          } ? 1 : 0
        })
    }
    let three = try discs([(12, 14), (28, 14), (44, 15)], radius: 9)
    #expect(three.components().all.count == 1)
    let apart = three.watershed()
    #expect(apart.all.count == 3)
    for region in apart.all { #expect((200...270).contains(region.area)) }
    #expect(apart.all.reduce(0) { $0 + $1.area } == three.components().all[0].area)
    #expect(try discs([(20, 20)], radius: 12).watershed().all.count == 1)
    #expect(three.watershed(depth: 50).all.count == 1)
    #expect(try grid("111", "111").watershed().all.map(\.area) == [6])
    #expect(try grid("1122", "1122").watershed(depth: 0.5).all.map(\.classNumber) == [1, 2])
  }

  @Test("Numbers that don't fit the size are an error")
  func sizes() {
    #expect(throws: DatasetError.self) { try LabelGrid(height: 2, width: 2, numbers: [1]) }
    #expect(throws: DatasetError.self) { try LabelGrid(height: .max, width: 2, numbers: [1]) }
    #expect(throws: DatasetError.self) { try LabelGrid(height: 0, width: 0, numbers: []) }
  }
}
