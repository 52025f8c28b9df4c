import TensorRuntime
import Visualization

/// Charts of numbers: `scatter`, `histogram`, `bars`, `heatmap`, `rocCurve`, `precisionRecall`, and their colours.
enum ChartBuiltins {
  static let all: [Builtin] = [
    scatter, histogram, bars, heatmap, rocCurve, precisionRecall, theme,
  ]

  private static let title = Parameter.labelled("title", .string, "what stands above", default: .string(""))
  private static let names = Parameter.labelled(
    "names", .optional(.array(.string)), "a name for each", default: .nothing)

  private static let scatter = Builtin(
    "scatter", "Points over two axes, coloured by class where labels are given.",
    [
      .positional("points", .tensorLike, "[n, 2]"),
      .labelled("labels", .optional(.tensorLike), "a class number for each point, [n]", default: .nothing),
      .labelled("classes", .optional(.array(.string)), "the names of the classes", default: .nothing),
      title,
      .labelled("xLabel", .string, "what stands under the horizontal axis", default: .string("")),
      .labelled("yLabel", .string, "what stands beside the vertical axis", default: .string("")),
    ], returns: .host("Figure"), shapes: "points [n, 2], labels [n]",
    example: "print(scatter(Tensor([[0, 0], [1, 2], [2, 1]]), title: \"three points\"))"
  ) { call in
    let points = try call.tensor("points")
    guard points.rank == 2, points.shape[1] == 2 else {
      throw EvaluationError(
        "ShapeError", "scatter wants points [n, 2], got \(points.shape)",
        fix: points.rank == 2 ? "pca(points) gives two numbers for each" : nil)
    }
    let runtime = try call.context.runtime()
    let numbers = try runtime.floats(of: points).map(Double.init)
    let count = points.shape[0]
    var labels = [Int](repeating: 0, count: count)
    if let given = try call.optionalTensor("labels") {
      labels = try runtime.int32s(of: given).map { Int($0) }
      guard labels.count == count else {
        throw EvaluationError("ShapeError", "\(labels.count) labels for \(count) points")
      }
    }
    let classes =
      call.isGiven("classes") ? try call.array("classes").map { try call.context.text(of: $0) } : []
    let kinds = Set(labels).sorted()
    let series = kinds.map { label -> Chart.Series in
      let own = labels.indices.filter { labels[$0] == label }
      let name = classes.indices.contains(label) ? classes[label] : kinds.count > 1 ? "\(label)" : ""
      return Chart.Series(
        name, x: own.map { numbers[2 * $0] }, y: own.map { numbers[2 * $0 + 1] }, style: .points,
        color: kinds.count > 1 ? label : 0)
    }
    return figure(
      [
        Chart(
          try call.string("title"), xLabel: try call.string("xLabel"), yLabel: try call.string("yLabel"),
          series: series)
      ])
  }

  private static let histogram = Builtin(
    "histogram", "How often numbers fall into equal bins between the smallest and the largest.",
    [
      .positional("numbers", .tensorLike, "any shape"),
      .labelled("bins", .int, "how many bins", default: .int(20)), title,
    ], returns: .host("Figure"), example: "print(histogram([1, 2, 2, 3, 3, 3], bins: 3))"
  ) { call in
    let bins = try call.int("bins")
    guard (1...500).contains(bins) else {
      throw EvaluationError("ValueError", "bins is a number from 1 to 500, got \(bins)").at(
        call.place(of: "bins"))
    }
    let numbers = try call.context.runtime().floats(of: try call.tensor("numbers")).map(Double.init)
    return figure([BarChart.histogram(of: numbers, binCount: bins, title: try call.string("title"))])
  }

  private static let bars = Builtin(
    "bars", "Amounts as bars.",
    [.positional("values", .tensorLike, "[n], or [groups, n] for several bars each"), names, title],
    returns: .host("Figure"), example: "print(bars([3, 1, 2], names: [\"cat\", \"dog\", \"frog\"]))"
  ) { call in
    let values = try call.tensor("values")
    guard values.rank == 1 || values.rank == 2 else {
      throw EvaluationError("ShapeError", "bars wants [n] or [groups, n], got \(values.shape)")
    }
    let numbers = try call.context.runtime().floats(of: values).map(Double.init)
    let width = values.shape.dimensions.last ?? 0
    let given = call.isGiven("names") ? try call.array("names").map { try call.context.text(of: $0) } : []
    let categories = (0..<width).map { given.indices.contains($0) ? given[$0] : "\($0)" }
    let groups = values.rank == 1 ? 1 : values.shape[0]
    let series = (0..<groups).map { group in
      BarChart.Series(
        groups > 1 ? "\(group)" : "", Array(numbers[group * width..<(group + 1) * width]))
    }
    return figure([BarChart(try call.string("title"), categories: categories, series: series)])
  }

  private static let heatmap = Builtin(
    "heatmap", "A matrix as coloured cells with the numbers in them; in the shell an aligned table.",
    [
      .positional("matrix", .tensorLike, "[h, w], or [1, h, w]"), title,
      .labelled("rows", .optional(.array(.string)), "names of the rows", default: .nothing),
      .labelled("columns", .optional(.array(.string)), "names of the columns", default: .nothing),
    ], returns: .host("Figure"), example: "print(heatmap(convolve(eye(4), ones(2, 2))))"
  ) { call in
    let matrix = try call.tensor("matrix").cast(.float32)
    let shape = matrix.shape.dimensions
    guard shape.count == 2 || shape.count == 3 && shape[0] == 1, matrix.shape.elementCount > 0 else {
      throw EvaluationError("ShapeError", "heatmap wants a matrix [h, w], got \(matrix.shape)")
    }
    guard matrix.shape.elementCount <= 1 << 18 else {
      throw EvaluationError(
        "ShapeError", "a heat map of \(matrix.shape) has too many cells", fix: "show(x) draws it as an image")
    }
    let numbers = try call.context.runtime().floats(of: matrix).map(Double.init)
    let width = shape.last ?? 1
    var map = HeatMap(
      stride(from: 0, to: numbers.count, by: width).map { Array(numbers[$0..<$0 + width]) })
    map.title = try call.string("title")
    let largest = numbers.filter(\.isFinite).map { abs($0) }.max() ?? 0
    // What is nothing beside the largest number is written as 0.
    map.texts = map.values.map { $0.map { abs($0) < largest * 1e-6 ? "0" : Axis.short($0) } }
    let names = { (name: String) in
      call.isGiven(name) ? try call.array(name).map { try call.context.text(of: $0) } : []
    }
    (map.rowNames, map.columnNames) = (try names("rows"), try names("columns"))
    if numbers.contains(where: { $0 < 0 }) {
      map.range = -max(largest, 1e-300)...max(largest, 1e-300)
      map.map = .diverging
    }
    return figure([map])
  }

  private static let theme = Builtin(
    "theme",
    "The colours of the figures from here on; $CNNREPL_THEME=dark chooses dark ones for all sessions.",
    [
      .positional(
        "name",
        .option(
          OptionFamily(
            "Theme", [.init("light", "dark on white"), .init("dark", "light on near-black")])), "which")
    ], returns: .void, example: "theme(.light)"
  ) { call in
    call.context.figureStyle.theme = try call.option("name")?.name == "dark" ? .dark : .light
    return .void
  }

  static func figure(_ drawings: [any Drawable], caption: String = "") -> Value {
    .host(FigureObject(.drawings(drawings, caption: caption)))
  }
}
