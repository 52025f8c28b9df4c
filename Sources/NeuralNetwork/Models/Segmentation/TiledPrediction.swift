import TensorRuntime

/// How likely each class is at each pixel of an image of any size: the network looks at overlapping tiles, and what it
/// says is blended, so that only a few tiles are in memory at a time and no seams are seen.
package struct TiledPrediction {
  /// Turned copies of the image whose predictions are turned back and averaged.
  package enum Flips: String, CaseIterable, Sendable {
    /// Only the image itself.
    case none
    /// Left and right exchanged too.
    case horizontal
    /// All four combinations of left and right, above and below.
    case both

    /// The axes of `[N, C, H, W]` that are turned round, for each copy.
    fileprivate var axes: [[Int]] {
      switch self {
      case .none: [[]]
      case .horizontal: [[], [3]]
      case .both: [[], [3], [2], [2, 3]]
      }
    }
  }

  /// The share of a tile that its neighbour looks at too, from 0 to below 1.
  package var overlap = 0.25
  /// Which turned copies are looked at.
  package var flips = Flips.none
  /// How many tiles are looked at together.
  package var batch = 8

  /// Describes predictions with a quarter of overlap.
  package init() {}

  /// Probabilities `[classes, H, W]` of an image `[C, H, W]`. A single class is foreground against background.
  ///
  /// Images smaller than the network's input are mirrored at their edges up to its size. Throws `LayerError` when image
  /// and network don't belong together, `Interrupted` when stopped.
  package func probabilities(
    of image: Tensor, network: Network, runtime: Runtime, random: RandomSource
  ) throws -> Tensor {
    let trace = try network.recorded()
    guard trace.inputShapes.count == 1, trace.outputShapes.count == 1, let tile = trace.inputShapes.first,
      tile.rank == 3, let output = trace.outputShapes.first, output.rank == 3
    else {
      throw LayerError(
        "\(network.form) doesn't turn an image into a mask: it takes \(trace.inputShapes), gives \(trace.outputShapes)",
        fix: "the last layer gives [classes, height, width]")
    }
    guard output.dimensions.dropFirst() == tile.dimensions.dropFirst() else {
      throw LayerError(
        "\(network.form) gives masks \(output) of images \(tile)", fix: "use padding: .same throughout")
    }
    guard image.rank == 3, image.shape[0] == tile[0] else {
      throw LayerError("\(network.form) takes images of \(tile[0]) channels, got \(image.shape)")
    }
    guard (0..<1).contains(overlap), batch >= 1 else {
      throw LayerError("tiles overlap by 0 to below 1, got \(overlap)", fix: "overlap: 0.25")
    }
    let (height, width) = (image.shape[1], image.shape[2])
    let large = try Self.mirrored(image, height: max(height, tile[1]), width: max(width, tile[2]))
    let rows = starts(length: large.shape[1], tile: tile[1])
    let columns = starts(length: large.shape[2], tile: tile[2])
    let places = rows.flatMap { top in columns.map { (top, $0) } }
    var canvas = BlendingCanvas(classes: output[0], height: large.shape[1], width: large.shape[2], tile: tile)
    let pass = Pass(isTraining: false, random: random)
    for first in stride(from: 0, to: places.count, by: batch) {
      try runtime.cancellation?.check()
      let chosen = places[first..<min(places.count, first + batch)]
      let tiles = try Tensor.stack(
        chosen.map { top, left in
          try large.sliced(axis: 1, from: top, to: top + tile[1]).sliced(
            axis: 2, from: left, to: left + tile[2])
        })
      let shares = try runtime.floats(of: predicted(tiles, network, pass))
      for (number, place) in chosen.enumerated() {
        canvas.add(shares, number: number, top: place.0, left: place.1)
      }
    }
    let blended = try Tensor(canvas.blended(), [output[0], large.shape[1], large.shape[2]])
    return try blended.sliced(axis: 1, from: 0, to: height).sliced(axis: 2, from: 0, to: width)
  }

  /// The mean probabilities over the turned copies.
  private func predicted(_ tiles: Tensor, _ network: Network, _ pass: Pass) throws -> Tensor {
    var sum: Tensor?
    for axes in flips.axes {
      let turned = axes.isEmpty ? tiles : try tiles.flipped(axes: axes)
      let logits = try network.apply(to: [turned], in: pass)
      let shares = logits.shape[1] == 1 ? try logits.sigmoid() : try logits.softmax(axis: 1)
      let back = axes.isEmpty ? shares : try shares.flipped(axes: axes)
      sum = try sum.map { try $0 + back } ?? back
    }
    guard let sum else { return tiles }
    return try sum / Double(flips.axes.count)
  }

  /// Where tiles begin along an axis: evenly spaced, the last one at the end.
  private func starts(length: Int, tile: Int) -> [Int] {
    guard length > tile else { return [0] }
    let step = max(1, Int((Double(tile) * (1 - overlap)).rounded()))
    let count = (length - tile + step - 1) / step + 1
    return (0..<count).map { $0 * (length - tile) / max(1, count - 1) }
  }

  /// An image made larger by mirroring it at its right and lower edge, again and again where it is small.
  private static func mirrored(_ image: Tensor, height: Int, width: Int) throws -> Tensor {
    func indices(_ length: Int, _ wanted: Int) throws -> Tensor {
      let period = max(1, 2 * length - 2)
      return try Tensor(
        (0..<wanted).map { place in
          let inner = place % period
          return Int32(inner < length ? inner : period - inner)
        }, [wanted])
    }
    var result = image
    if height > image.shape[1] { result = try result.gathered(indices(image.shape[1], height), axis: 1) }
    if width > image.shape[2] { result = try result.gathered(indices(image.shape[2], width), axis: 2) }
    return result
  }
}

/// Where the predictions of tiles are added up, those near a tile's middle counting more.
private struct BlendingCanvas {
  private let classes: Int
  private let height: Int
  private let width: Int
  private let tile: (height: Int, width: Int)
  private var sums: [Float]
  private var weights: [Float]
  private let window: [Float]

  init(classes: Int, height: Int, width: Int, tile: Shape) {
    (self.classes, self.height, self.width) = (classes, height, width)
    self.tile = (tile[1], tile[2])
    sums = [Float](repeating: 0, count: classes * height * width)
    weights = [Float](repeating: 0, count: height * width)
    let ramp = { (length: Int) in (0..<length).map { Float(min($0, length - 1 - $0) + 1) } }
    let columns = ramp(tile[2])
    window = ramp(tile[1]).flatMap { row in columns.map { row * $0 } }
  }

  /// Adds the prediction of one tile of a batch, `[n, classes, tile height, tile width]`.
  mutating func add(_ shares: [Float], number: Int, top: Int, left: Int) {
    let plane = tile.height * tile.width
    for y in 0..<tile.height {
      for x in 0..<tile.width {
        let (from, to) = (y * tile.width + x, (top + y) * width + left + x)
        weights[to] += window[from]
        for c in 0..<classes {
          sums[c * height * width + to] += window[from] * shares[(number * classes + c) * plane + from]
        }
      }
    }
  }

  /// The weighted means, `[classes, height, width]`.
  func blended() -> [Float] {
    let plane = height * width
    return sums.enumerated().map { $0.element / weights[$0.offset % plane] }
  }
}
