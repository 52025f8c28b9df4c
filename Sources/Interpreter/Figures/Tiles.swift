import NeuralNetwork
import TensorRuntime
import Visualization

/// Turns what `show` is given into images.
enum Tiles {
  /// The images that a value stands for, with the numbers they span; `nil` where it stands for none.
  static func images(of value: Value, context: EvaluationContext) throws -> [Tile]? {
    switch value {
    case .tensor(let tensor):
      return try MaskTiles.labelMaps(tensor, context) ?? images(of: tensor, context: context)
    case .host(let object as SamplesObject):
      let count = min(object.samples.count, limit)
      if object.samples.mix != nil {
        let batch = try ImageTrainingData(samples: object.samples.viewed).batch(Array(0..<count))
        return try images(of: batch.images, context: context)
      }
      return try (0..<count).map { try sample(SampleObject(object.samples, index: $0), captioned: false) }
    case .host(let object as DatasetObject):
      return try images(of: .host(SamplesObject(object.dataset.train.take(32))), context: context)
    case .host(let object as SampleObject): return [try sample(object, captioned: true)]
    case .host(let object as VariableObject): return try images(of: object.parameter.tensor, context: context)
    case .host(let object as FigureObject):
      if case .grid(let grid) = object.content { return grid.tiles }
      return nil
    default: return nil
    }
  }

  /// More images than this are not looked at.
  static let limit = 256

  private static func sample(_ sample: SampleObject, captioned: Bool) throws -> Tile {
    let shape = sample.samples.shape
    return try Tile(
      channels: shape[0], height: shape[1], width: shape[2],
      values: try sample.samples.viewed.floats([sample.index]),
      caption: captioned ? sample.className : "")
  }

  /// `[h, w]` and `[c, h, w]` with 1 or 3 channels are one image, other `[c, h, w]` one per channel; `[n, c, h, w]` are
  /// `n` times that.
  private static func images(of tensor: Tensor, context: EvaluationContext) throws -> [Tile]? {
    let shape = tensor.shape.dimensions
    guard (2...4).contains(shape.count), tensor.shape.elementCount > 0 else { return nil }
    let (height, width) = (shape[shape.count - 2], shape[shape.count - 1])
    let channels = shape.count >= 3 ? shape[shape.count - 3] : 1
    let samples = shape.count == 4 ? shape[0] : 1
    let perTile = channels == 3 ? 3 : 1
    let tileSize = perTile * height * width
    let count = min(limit, samples * channels / perTile)
    guard tileSize > 0, count > 0 else { return nil }
    let values = try context.runtime().floats(of: tensor)
    return try (0..<count).map { index in
      try Tile(
        channels: perTile, height: height, width: width,
        values: Array(values[index * tileSize..<(index + 1) * tileSize]), caption: "")
    }
  }

  /// Pictures keep 0 to 1; other numbers are stretched: feature maps, filters, edges.
  static func range(of tiles: [Tile]) -> ImageGrid.Range {
    var isUnit = true
    var isSigned = false
    for tile in tiles {
      for value in tile.values where value.isFinite {
        if value < -1e-4 { isSigned = true }
        if value < -1e-4 || value > 1.0001 { isUnit = false }
      }
    }
    return isUnit ? .unit : isSigned ? .symmetric : .all
  }
}
