import NeuralNetwork
import TensorRuntime
import Visualization

extension Library.Family {
  /// Looking inside networks and at what they give.
  static let inspection = Library.Family(
    "Looking inside", functions: [why, overlay, pca],
    types: [
      ConfusionObject.declaration, PatchesObject.declaration, ActivationsObject.declaration,
      GradientNormsObject.declaration, RateRangeObject.declaration, ExplanationObject.declaration,
    ])

  private static let why = Builtin(
    "why", "The multiply-add table behind one number of a layer's output.",
    [
      .positional("net", .host("Model"), "the network"),
      .positional("x", .tensorLike, "one sample: [channels, height, width]"),
      .positional("layer", .string, "the layer's name, as summary() shows it"),
      .positional("channel", .int, "which channel or unit"),
      .positional("row", .int, "which row", default: .int(0)),
      .positional("column", .int, "which column", default: .int(0)),
    ], returns: .host("Explanation"),
    example: """
      let net = Sequential(input: [1, 4, 4]) { Conv(1, 2) }
      let x = ones(1, 4, 4)
      print(isClose(why(net, x, "conv1", 0, 1, 2).value, net(x)[0, 1, 2]))
      """
  ) { call in
    try ExplanationObject.explain(
      try call.host("net", as: ModelObject.self), x: try call.tensor("x"), at: try call.string("layer"),
      channel: try call.int("channel"), row: try call.int("row"), column: try call.int("column"), call)
  }

  private static let overlay = Builtin(
    "overlay",
    "An image with a map of numbers laid over it in colours: what saliency, gradCAM and occlusion give.",
    [
      .positional("image", .tensorLike, "[c, h, w], values in 0…1"),
      .positional("map", .tensorLike, "[h, w]; its largest number becomes the brightest colour"),
      .labelled("opacity", .number, "how much of the map is seen, 0…1", default: .double(0.5)),
    ], returns: .tensor, shapes: "[c, h, w], [h, w] -> [3, h, w]",
    example: "overlay(rand(1, 4, 4), rand(4, 4)).shape"
  ) { call in
    let (image, map) = (try call.tensor("image").cast(.float32), try call.tensor("map").cast(.float32))
    guard image.rank == 3, image.shape[0] == 1 || image.shape[0] == 3, map.rank == 2,
      map.shape.dimensions == Array(image.shape.dimensions.suffix(2)), !map.shape.isEmpty
    else {
      throw EvaluationError(
        "ShapeError", "overlay wants [c, h, w] and [h, w], got \(image.shape) and \(map.shape)")
    }
    let opacity = Float(max(0, min(1, try call.number("opacity"))))
    let runtime = try call.context.runtime()
    let (pixels, heat) = (try runtime.floats(of: image), try runtime.floats(of: map))
    let most = max(heat.filter(\.isFinite).max() ?? 0, 1e-20)
    let plane = heat.count
    var values = [Float](repeating: 0, count: 3 * plane)
    for i in 0..<plane {
      let color = ColorMap.viridis.color(max(0, heat[i] / most))
      for (channel, tint) in [color.red, color.green, color.blue].enumerated() {
        let own = pixels[(image.shape[0] == 3 ? channel : 0) * plane + i]
        values[channel * plane + i] = own * (1 - opacity) + Float(tint) / 255 * opacity
      }
    }
    return .tensor(try Tensor(values, [3, map.shape[0], map.shape[1]]))
  }

  private static let pca = Builtin(
    "pca", "Where points lie along the directions in which they differ most (principal components).",
    [
      .positional("points", .tensorLike, "[n, d]"),
      .labelled("components", .int, "how many directions", default: .int(2)),
    ], returns: .tensor, shapes: "[n, d] -> [n, components]",
    example: "pca(Tensor([[0, 0], [2, 2], [4, 4]]), components: 1)"
  ) { call in
    let points = try call.tensor("points").cast(.float32)
    let components = try call.int("components")
    let found = try PrincipalComponents(points, components: components, runtime: call.context.runtime())
    return .tensor(
      try Tensor(found.projections.joined().map { Float($0) }, [found.projections.count, components]))
  }
}
