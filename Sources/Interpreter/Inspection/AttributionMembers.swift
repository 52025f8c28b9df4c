import NeuralNetwork
import TensorRuntime
import Visualization

/// Which pixels speak for a class: saliency, guided backpropagation, Grad-CAM, occlusion.
enum AttributionMembers {
  private static let target = Parameter.labelled(
    "class", .optional(.int), "the class asked about; the most probable one unless said", default: .nothing)

  static let all: [Member] = [
    .method(
      "saliency", "How strongly each pixel moves a class's output (Simonyan and others 2013).",
      [ModelInspection.x, target], returns: .tensor, shapes: "[c, h, w] -> [h, w]",
      formula: "max over channels of |∂ output[class] / ∂ x|"
    ) { (model: ModelObject, call) in
      let gradient = try inputGradient(model, call, isGuided: false)
      return .tensor(try gradient.abs().max(axes: [0]))
    },
    .method(
      "guidedBackprop",
      "What in the image raises a class's output: the gradient, with only positive parts passed back through each ReLU "
        + "(Springenberg and others 2014).",
      [ModelInspection.x, target], returns: .tensor, shapes: "[c, h, w] -> [c, h, w]"
    ) { (model: ModelObject, call) in
      .tensor(try inputGradient(model, call, isGuided: true))
    },
    .method(
      "gradCAM",
      "The regions that speak for a class, 0…1, as large as the image (Selvaraju and others 2017). overlay(x, map) lays it "
        + "over the image.",
      [
        ModelInspection.x,
        .labelled(
          "at", .optional(.string), "a layer with positions; the last convolution unless said",
          default: .nothing), target,
      ], returns: .tensor, shapes: "[c, h, w] -> [h, w]",
      formula: "relu(Σ αₖ Aₖ), αₖ = mean of ∂ output[class] / ∂ Aₖ"
    ) { (model: ModelObject, call) in try gradCAM(model, call) },
    .method(
      "occlusion",
      "How much a class's probability falls when a square of the image is covered (Zeiler and Fergus 2014).",
      [
        ModelInspection.x, .labelled("size", .int, "the square's side", default: .int(7)),
        .labelled("stride", .int, "how far it moves at a time", default: .int(3)),
        .labelled("fill", .number, "what covers it", default: .double(0)), target,
      ], returns: .tensor, shapes: "[c, h, w] -> [h, w]"
    ) { (model: ModelObject, call) in
      let x = try ModelInspection.sample(model, call)
      let (map, _) = try model.network.occlusion(
        of: x, class: try call.optionalInt("class"), size: try call.int("size"),
        stride: try call.int("stride"), fill: Float(try call.number("fill")),
        runtime: call.context.runtime(), random: call.context.random)
      return .tensor(try Tensor(map, Shape(Array(x.shape.dimensions.suffix(2)))))
    },
  ]

  private static func inputGradient(_ model: ModelObject, _ call: Arguments, isGuided: Bool) throws -> Tensor
  {
    try model.network.inputGradient(
      of: try ModelInspection.sample(model, call), class: try call.optionalInt("class"), isGuided: isGuided,
      runtime: call.context.runtime(), random: call.context.random
    ).gradient
  }

  private static func gradCAM(_ model: ModelObject, _ call: Arguments) throws -> Value {
    let x = try ModelInspection.sample(model, call)
    let runtime = try call.context.runtime()
    guard let path = try call.optionalString("at") ?? model.network.lastSpatialLayer else {
      throw EvaluationError("ModelError", "gradCAM needs a layer with positions, the network has none")
    }
    let (map, number) = try model.network.classActivation(
      of: x, at: path, class: try call.optionalInt("class"), runtime: runtime, random: call.context.random)
    var values = try runtime.floats(of: map)
    let most = values.max() ?? 0
    if most > 0 {
      values = values.map { $0 / most }
    } else {
      call.context.sink.write("no positive evidence for class \(number) at \(path)\n", to: .stderr)
    }
    let size = (height: x.shape[1], width: x.shape[2])
    let scaled = HeatMapScaling.enlarged(values, height: map.shape[0], width: map.shape[1], to: size)
    return .tensor(try Tensor(scaled, [size.height, size.width]))
  }
}

/// Maps of another size than their image.
enum HeatMapScaling {
  /// A map at another size, numbers between the middles of its cells weighted by distance (bilinear).
  static func enlarged(
    _ values: [Float], height: Int, width: Int, to size: (height: Int, width: Int)
  ) -> [Float] {
    guard height > 0, width > 0, values.count == height * width else {
      return [Float](repeating: 0, count: size.height * size.width)
    }
    func place(_ index: Int, _ length: Int, _ old: Int) -> (low: Int, high: Int, share: Float) {
      let at = max(0, min(Float(old - 1), (Float(index) + 0.5) * Float(old) / Float(length) - 0.5))
      let low = Int(at)
      return (low, min(old - 1, low + 1), at - Float(low))
    }
    var result: [Float] = []
    result.reserveCapacity(size.height * size.width)
    for y in 0..<size.height {
      let row = place(y, size.height, height)
      for x in 0..<size.width {
        let column = place(x, size.width, width)
        let at = { (r: Int, c: Int) in values[r * width + c] }
        let upper =
          at(row.low, column.low) * (1 - column.share) + at(row.low, column.high) * column.share
        let lower =
          at(row.high, column.low) * (1 - column.share) + at(row.high, column.high) * column.share
        result.append(upper * (1 - row.share) + lower * row.share)
      }
    }
    return result
  }
}
