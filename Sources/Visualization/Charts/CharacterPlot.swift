/// The inside of a chart made of characters: one mark each, or eight braille dots.
struct CharacterPlot {
  private struct Cell {
    var mark: Character = " "
    var dots: UInt32 = 0
    var color: Color?
  }

  private let columns: Int
  private let rows: Int
  private let isBraille: Bool
  private var cells: [Cell]

  init(columns: Int, rows: Int, isBraille: Bool) {
    (self.columns, self.rows, self.isBraille) = (columns, rows, isBraille)
    cells = [Cell](repeating: Cell(), count: columns * rows)
  }

  /// Draws points given in shares of the plot, joined or not.
  mutating func draw(_ points: [Place], mark: Character, color: Color, isJoined: Bool, isDashed: Bool) {
    let wide = isBraille ? 2 * columns : columns
    let high = isBraille ? 4 * rows : rows
    let places = points.map { point in
      (
        x: Int((max(-0.5, min(1.5, point.x)) * Double(wide - 1)).rounded()),
        y: Int(((1 - max(-0.5, min(1.5, point.y))) * Double(high - 1)).rounded())
      )
    }
    guard var last = places.first else { return }
    set(last.x, last.y, mark, color)
    var travelled = 0
    for place in places.dropFirst() {
      let steps = max(abs(place.x - last.x), abs(place.y - last.y))
      for step in stride(from: 1, through: steps, by: 1) where isJoined || step == steps {
        travelled += 1
        if isDashed, isBraille, travelled % 6 >= 3 { continue }
        let x = last.x + Int((Double((place.x - last.x) * step) / Double(steps)).rounded())
        let y = last.y + Int((Double((place.y - last.y) * step) / Double(steps)).rounded())
        set(x, y, mark, color)
      }
      if !isJoined, steps == 0 { set(place.x, place.y, mark, color) }
      last = place
    }
  }

  private mutating func set(_ x: Int, _ y: Int, _ mark: Character, _ color: Color) {
    let (column, row) = isBraille ? (x >> 1, y >> 2) : (x, y)
    guard column >= 0, row >= 0, column < columns, row < rows else { return }
    let at = row * columns + column
    if isBraille { cells[at].dots |= Braille.bit(x & 1, y & 3) } else { cells[at].mark = mark }
    cells[at].color = color
  }

  /// One line of characters.
  func line(_ row: Int, isColored: Bool) -> String {
    var text = ""
    var current: Color?
    for cell in cells[row * columns..<(row + 1) * columns] {
      let isEmpty = isBraille ? cell.dots == 0 : cell.mark == " "
      if isColored, !isEmpty, cell.color != current, let color = cell.color {
        text += color.foreground
        current = color
      }
      text += isEmpty ? " " : isBraille ? Braille.character(cell.dots) : String(cell.mark)
    }
    return current == nil ? text : text + Color.reset
  }
}
