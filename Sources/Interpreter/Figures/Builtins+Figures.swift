import TensorRuntime
import Visualization

/// Showing things: `show`, `plot`.
enum FigureBuiltins {
  static let all: [Builtin] = [
    Builtin(
      "show",
      "Shows images, samples, feature maps, figures and tables: as pictures in a notebook, as characters in the shell. "
        + "Images given together stand in one figure, charts and heat maps side by side.",
      [
        .variadic("things", .any, "what to show"),
        .labelled("columns", .optional(.int), "images in a row", default: .nothing),
        .labelled("scale", .optional(.int), "screen pixels for each pixel", default: .nothing),
        .labelled("captions", .optional(.array(.any)), "a text under each image", default: .nothing),
        BoxTiles.parameter,
      ] + MaskTiles.parameters, returns: .void, example: "show(rand(1, 4, 4))"
    ) { call in
      let context = call.context
      var waiting: [Tile] = []
      var row: [any Drawable] = []
      func flush() throws {
        if !waiting.isEmpty {
          try display(.grid(try grid(BoxTiles.boxed(MaskTiles.overlaid(waiting, call), call), call)), context)
        }
        if !row.isEmpty { try display(.drawings(row), context) }
        (waiting, row) = ([], [])
      }
      for value in try call.array("things") {
        if let drawings = drawings(in: value) {
          if !waiting.isEmpty || width(of: row + drawings) > FigureBundle.rowWidth { try flush() }
          row += drawings
        } else if case .host(let object as FigureObject) = value, case .grid(let grid) = object.content,
          waiting.isEmpty,
          !call.isGiven("scale"), !call.isGiven("captions")
        {
          try flush()
          var grid = grid
          if let columns = try columns(call) { grid.columns = columns }
          try display(.grid(grid), context)
        } else if let tiles = try Tiles.images(of: value, context: context) {
          if !row.isEmpty { try flush() }
          waiting += tiles
        } else {
          try flush()
          context.sink.display(try context.bundle(of: value), id: nil)
        }
      }
      try flush()
      return .void
    },
    Builtin(
      "plot",
      "Draws the course of a training, or numbers as a curve: pictures in a notebook, characters in the shell.",
      [
        .variadic("things", .any, "what fit gave, or arrays or tensors of numbers"),
        .labelled("title", .string, "what stands above", default: .string("")),
        .labelled("names", .optional(.array(.string)), "a name for each curve", default: .nothing),
        .labelled(
          "per", .option(spans), "what a point of a training's course stands for",
          default: .option(named: "epoch")),
      ], returns: .void, example: "plot([1, 4, 9, 16])"
    ) { call in
      let context = call.context
      var curves: [Chart.Series] = []
      var names: [String] = []
      if call.isGiven("names") { names = try call.array("names").map { try context.text(of: $0) } }
      for (index, value) in try call.array("things").enumerated() {
        if case .host(let run as RunObject) = value, try call.option("per")?.name == "batch" {
          try display(.charts(run.batchCharts), context)
          continue
        }
        if case .host(let object as any ChartSource) = value {
          try display(.charts(object.charts), context)
          continue
        }
        let name = names.indices.contains(index) ? names[index] : "curve \(index + 1)"
        let numbers = try context.runtime().floats(of: try tensorOperand(value)).map(Double.init)
        curves.append(.init(name, x: numbers.indices.map(Double.init), y: numbers))
      }
      guard !curves.isEmpty else { return .void }
      try display(.charts([Chart(try call.string("title"), series: curves)]), context)
      return .void
    },
  ]

  /// Charts and heat maps that can stand beside others.
  private static func drawings(in value: Value) -> [any Drawable]? {
    switch value {
    case .host(let object as FigureObject):
      guard case .drawings(let drawings, text: nil, caption: "") = object.content else { return nil }
      return drawings
    case .host(let curve as CurveObject): return [curve.chart]
    default: return nil
    }
  }

  private static func width(of drawings: [any Drawable]) -> Int {
    drawings.reduce(0) { $0 + $1.compact.figure().width }
  }

  private static let spans = OptionFamily(
    "Span",
    [
      .init("epoch", "the mean over an epoch"),
      .init("batch", "a batch, where fit was asked; epochs and validation are drawn over it"),
    ])

  private static func columns(_ call: Arguments) throws -> Int? {
    guard let columns = try call.optionalInt("columns") else { return nil }
    guard (1...1000).contains(columns) else {
      throw EvaluationError("ValueError", "columns is a number from 1 to 1000, got \(columns)")
    }
    return columns
  }

  private static func grid(_ tiles: [Tile], _ call: Arguments) throws -> ImageGrid {
    var tiles = tiles
    if call.isGiven("captions") {
      let captions = try call.array("captions").map { try call.context.text(of: $0) }
      tiles = tiles.enumerated().map { index, tile in
        tile.captioned(captions.indices.contains(index) ? captions[index] : "")
      }
    }
    var grid = ImageGrid(tiles, columns: try columns(call))
    if let scale = try call.optionalInt("scale") {
      guard (1...64).contains(scale) else {
        throw EvaluationError("ValueError", "scale is a number from 1 to 64, got \(scale)")
      }
      grid.scale = scale
    }
    grid.range = Tiles.range(of: tiles)
    // Boxes have their names on them.
    if !call.isGiven("boxes") { grid.legend = try MaskTiles.legend(call) }
    return grid
  }

  private static func display(_ content: FigureObject.Content, _ context: EvaluationContext) throws {
    context.sink.display(try FigureBundle.make(content, context), id: nil)
  }
}
