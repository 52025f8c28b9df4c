import Datasets
import NeuralNetwork
import TensorRuntime

/// Several views of each image at test time, their predictions averaged.
enum TestTimeCrops {
  static let builtin = Builtin(
    "tenCrop",
    "The four corners and the middle of an image, and the same mirrored (Krizhevsky and others 2012).",
    [
      .positional("x", .tensorLike, "an image [c, h, w]"),
      .positional("size", .ints, "height and width of a crop"),
    ], returns: .tensor, shapes: "[c, h, w] -> [10, c, size, size]",
    example: "tenCrop(rand(3, 8, 8), 6).shape"
  ) { call in
    let x = try call.tensor("x").cast(.float32)
    let size = try call.ints("size")
    guard x.rank == 3, size.count <= 2, let height = size.first, let width = size.last,
      (1...max(1, x.shape[1])).contains(height), (1...max(1, x.shape[2])).contains(width)
    else {
      throw EvaluationError(
        "ShapeError", "tenCrop cuts \(size) out of an image [c, h, w], got \(x.shape)",
        fix: "the size must fit into the image")
    }
    return .tensor(try crops(x, height: height, width: width))
  }

  static let member = Member.method(
    "predictCrops",
    "The class shares of each sample, averaged over ten crops of the network's input size (corners and middle, "
      + "mirrored too).",
    [.positional("data", .any, "samples larger than the network's input")], returns: .tensor,
    shapes: "[n, classes], each row sums to 1"
  ) { (model: ModelObject, call) in
    let samples = try Predictions.samples(call)
    guard let shape = model.network.trace?.inputShapes.first, shape.rank == 3 else {
      throw EvaluationError("ModelError", "predictCrops needs a network of images with a known input shape")
    }
    guard shape[1] <= samples.shape[1], shape[2] <= samples.shape[2] else {
      throw EvaluationError(
        "ShapeError", "the network takes \(shape), the samples are \(Shape(samples.shape))",
        fix: "samples must be at least as large")
    }
    let runtime = try call.context.runtime()
    var rows: [Float] = []
    var classes = 0
    for index in 0..<samples.count {
      try call.context.interruption.check()
      let batch = try crops(
        try SampleObject(samples, index: index).image(), height: shape[1], width: shape[2])
      let output = try call.context.apply(model.network, to: [batch])[0]
      guard output.rank == 2 else {
        throw EvaluationError(
          "ShapeError", "predictCrops wants a classifier, the network gives \(output.shape)")
      }
      classes = output.shape[1]
      rows += try runtime.floats(of: try output.softmax(axis: 1).mean(axes: [0]))
    }
    return .tensor(try Tensor(rows, [samples.count, classes]))
  }

  private static func crops(_ x: Tensor, height: Int, width: Int) throws -> Tensor {
    let (down, right) = (x.shape[1] - height, x.shape[2] - width)
    let corners = [(0, 0), (0, right), (down, 0), (down, right), (down / 2, right / 2)]
    let plain = try corners.map { top, left in
      try x.sliced(axis: 1, from: top, to: top + height).sliced(axis: 2, from: left, to: left + width)
    }
    return try Tensor.stack(plain + plain.map { try $0.flipped(axes: [2]) })
  }
}
