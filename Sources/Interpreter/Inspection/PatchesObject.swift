import Datasets
import Foundation
import NeuralNetwork
import TensorRuntime
import Visualization

/// The patches that excite a unit most, in a program.
final class PatchesObject: HostObject {
  /// The patches, [n, c, h, w], strongest first; what lies outside an image is grey.
  let images: Tensor
  private let found: [ExcitingPatch]
  private let tiles: [Tile]
  private let caption: String
  private let size: [Int]

  init(_ model: ModelObject, _ call: Arguments) throws {
    let context = call.context
    let samples = try Predictions.samples(call)
    let (path, unit, count) = (try call.string("at"), try call.int("unit"), try call.int("count"))
    guard (1...Tiles.limit).contains(count) else {
      throw EvaluationError("ValueError", "count is a number from 1 to \(Tiles.limit), got \(count)")
        .at(call.place(of: "count"))
    }
    found = try model.network.strongestPatches(
      in: ImageTrainingData(samples: samples), at: path, unit: unit, count: count,
      runtime: context.runtime(), random: context.random)
    let window = try model.network.receptiveWindow(at: path)
    let shape = samples.shape
    let seen = window.size ?? [shape[1], shape[2]]
    // Cropped to the image where a unit sees more than that.
    let size = [min(seen[0], shape[1]), min(seen[1], shape[2])]
    self.size = size
    var values: [Float] = []
    var tiles: [Tile] = []
    for patch in found {
      let corner = (0..<2).map { axis -> Int in
        guard seen[axis] <= shape[axis + 1], patch.position.count == 2 else { return 0 }
        return window.range(of: patch.position[axis], axis: axis)?.lowerBound ?? 0
      }
      func cut(_ samples: LabelledImages) throws -> [Float] {
        Self.crop(try samples.floats([patch.sample]), shape: shape, corner: corner, size: size)
      }
      values += try cut(samples)
      tiles.append(
        try Tile(
          channels: shape[0], height: size[0], width: size[1], values: try cut(samples.viewed),
          caption: String(format: abs(patch.activation) < 1e6 ? "%.2f" : "%.3g", Double(patch.activation))))
    }
    self.tiles = tiles
    images = try Tensor(values, [found.count, shape[0], size[0], size[1]])
    caption = "\(path), unit \(unit): sees \(seen[0]) x \(seen[1])"
  }

  var text: String { "\(found.count) patches of \(caption)" }

  static let declaration = TypeDeclaration(
    "Patches", "The patches that excite a unit most, strongest first.",
    members: [
      .property("images", .tensor, "The patches, [n, c, h, w]; what lies outside an image is grey.") {
        (object: PatchesObject) in .tensor(object.images)
      },
      .property("size", .array(.int), "Height and width of a patch: what the unit sees.") {
        (object: PatchesObject) in .ints(object.size)
      },
      .property("activations", .array(.double), "The unit's output for each.") { (object: PatchesObject) in
        .array(of: object.found.map { .double(Double($0.activation)) })
      },
      .property("samples", .array(.int), "Which samples they are from.") { (object: PatchesObject) in
        .ints(object.found.map(\.sample))
      },
    ])

  func bundle(_ context: EvaluationContext) throws -> MIMEBundle {
    guard !tiles.isEmpty else { return MIMEBundle(text: text) }
    return try FigureBundle.make(
      .grid(ImageGrid(tiles, columns: tiles.count > 4 ? (tiles.count + 2) / 3 : nil)), context)
  }

  /// A part of an image `[c, h, w]`; places outside it are grey.
  private static func crop(_ image: [Float], shape: [Int], corner: [Int], size: [Int]) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(shape[0] * size[0] * size[1])
    for channel in 0..<shape[0] {
      for row in corner[0]..<corner[0] + size[0] {
        for column in corner[1]..<corner[1] + size[1] {
          let isInside = (0..<shape[1]).contains(row) && (0..<shape[2]).contains(column)
          result.append(isInside ? image[(channel * shape[1] + row) * shape[2] + column] : 0.5)
        }
      }
    }
    return result
  }
}
