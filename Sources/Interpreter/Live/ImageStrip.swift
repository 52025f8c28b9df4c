import Foundation
import Visualization

/// Rows of images one under the other, one row for each time a place in a program is reached.
final class ImageStrip {
  /// How many rows are kept; every second one goes when there are more.
  private static let rowLimit = 12
  /// How many images a row has at most.
  static let rowLength = 16

  private let id = "strip-\(UUID().uuidString)"
  private var rows: [(number: Int, tiles: [Tile])] = []
  /// How many calls there were, and how many of them stand between two rows.
  private var calls = 0
  private var stride = 1
  private var isShown = false
  /// The newest row, where it is not kept.
  private var newest: (number: Int, tiles: [Tile])?

  /// Adds a row and shows the whole: updated in place where pictures are seen, else the new row alone.
  func add(_ tiles: [Tile], caption: String, scale: Int?, context: EvaluationContext) throws {
    guard let first = tiles.first else { return }
    calls += 1
    let captioned = try Tile(
      channels: first.channels, height: first.height, width: first.width, values: first.values,
      caption: caption.isEmpty ? "\(calls)" : caption)
    let row = (number: calls, tiles: [captioned] + tiles.dropFirst())
    newest = row
    if (calls - 1) % stride == 0 {
      rows.append(row)
      newest = nil
    }
    if rows.count > Self.rowLimit {
      rows = rows.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
      stride *= 2
    }
    let front = context.sink.capabilities
    let shown = front.updatesPictures ? (rows + (newest.map { [$0] } ?? [])).flatMap(\.tiles) : row.tiles
    var grid = ImageGrid(shown, columns: row.tiles.count)
    grid.scale = scale
    grid.range = Tiles.range(of: shown)
    let bundle = try FigureBundle.make(.grid(grid), context)
    if isShown, front.updatesPictures {
      context.sink.update(bundle, id: id)
    } else {
      context.sink.display(bundle, id: front.updatesPictures ? id : nil)
    }
    isShown = true
  }
}
