import CPUBackend
import TensorRuntime
import Testing

/// A network for the few-channel kernels: layers in a row behind images of a size.
struct FewChannelCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let images: Shape
  /// The shapes of the parameters, in the order the function takes them.
  let parameters: [Shape]
  let function: @Sendable (_ x: Tensor, _ parameters: [Tensor]) throws -> Tensor

  init(
    _ name: String, _ images: Shape, _ parameters: [Shape],
    _ function: @escaping @Sendable (Tensor, [Tensor]) throws -> Tensor
  ) {
    testDescription = name
    self.images = images
    self.parameters = parameters
    self.function = function
  }

  /// Numbers that depend on nothing but the shape and its place; weights are small, so that activations don't saturate.
  static func numbers(_ shape: Shape, _ stream: Int) throws -> Tensor {
    let random = Philox(seed: 21, stream: UInt64(stream))
    let fan = max(1, shape.elementCount / max(1, shape[0]))
    let scale = stream == 0 ? 1 : (3 / Float(fan)).squareRoot()
    return try Tensor(
      (0..<shape.elementCount).map { (random.uniform(UInt64($0)) * 2 - 1) * scale }, shape)
  }

  /// Each with many images, and with so few that they fall into half blocks.
  static let all = cases.flatMap { [$0, $0.with(images: 11)] }

  private func with(images count: Int) -> FewChannelCase {
    FewChannelCase(
      "\(testDescription), \(count) images", Shape([count] + images.dimensions.dropFirst()), parameters,
      function)
  }

  private static let cases: [FewChannelCase] = [
    FewChannelCase(
      "LeNet-5, tanh, average pooling", [32, 1, 28, 28],
      [[6, 1, 5, 5], [6], [16, 6, 5, 5], [16], [120, 400], [120], [84, 120], [84], [10, 84], [10]]
    ) { x, p in
      let a = try x.convolution(p[0], bias: p[1], padding: .amounts([2])).tanh().averagePool([2])
      let b = try a.convolution(p[2], bias: p[3]).tanh().averagePool([2]).reshaped([x.shape[0], 400])
      return try b.dense(p[4], bias: p[5]).tanh().dense(p[6], bias: p[7]).tanh().dense(p[8], bias: p[9])
    },
    FewChannelCase(
      "3x3, ReLU, max pooling, odd sizes", [21, 3, 17, 13], [[7, 3, 3, 3], [7], [11, 7, 3, 3]]
    ) { x, p in
      let a = try x.convolution(p[0], bias: p[1], padding: .same).relu().maxPool([2])
      return try a.convolution(p[2]).relu().maxPool([3], strides: [2], padding: .same)
    },
    FewChannelCase(
      "stride 2, dilation, sides that differ", [17, 2, 15, 14], [[5, 2, 3, 3], [9, 5, 3, 2], [9]]
    ) {
      x, p in
      let a = try x.convolution(p[0], strides: [2], padding: .same).elu()
      return try a.convolution(
        p[1], bias: p[2], padding: .sides(before: [0, 2], after: [1, 1]), dilations: [2, 1]
      ).sigmoid()
    },
    FewChannelCase(
      "stride 3 over a filter of 2, padding beyond the filter", [16, 2, 11, 10],
      [[3, 2, 2, 2], [4, 3, 1, 1]]
    ) {
      x, p in
      try x.convolution(p[0], strides: [3], padding: .amounts([3])).leakyRelu(0.1).convolution(p[1])
    },
    FewChannelCase(
      "1x1 and 7x7, overlapping mean pooling with padding", [40, 4, 9, 9],
      [[10, 4, 1, 1], [10], [3, 10, 7, 7]]
    ) {
      x, p in
      let a = try x.convolution(p[0], bias: p[1]).tanh()
      return try a.averagePool([3], strides: [2], padding: .amounts([1]), countsPadding: true)
        .averagePool([2], strides: [1], padding: .same).convolution(p[2], padding: .amounts([3]))
    },
    FewChannelCase("filter as large as the image, no bias", [20, 3, 5, 6], [[13, 3, 5, 6], [4, 13]]) { x, p in
      try x.convolution(p[0]).relu().reshaped([x.shape[0], 13]).dense(p[1])
    },
    FewChannelCase("a shortcut and a product", [19, 4, 8, 8], [[4, 4, 3, 3], [4, 4, 3, 3], [4]]) { x, p in
      let a = try x.convolution(p[0], padding: .same).relu()
      let b = try a.convolution(p[1], bias: p[2], padding: .same)
      return try ((b + a).tanh() * b).maxPool([2])
    },
    FewChannelCase(
      "images without activation before a dense layer", [33, 2, 6, 5], [[6, 2, 3, 3], [6], [50, 72], [50]]
    ) {
      x, p in
      try x.convolution(p[0], bias: p[1]).reshaped([x.shape[0], 72]).dense(p[2], bias: p[3])
    },
    FewChannelCase("leaving the kernels and coming back", [18, 1, 9, 9], [[3, 1, 3, 3], [4, 3, 3, 3]]) {
      x, p in
      let a = try x.convolution(p[0], padding: .same).tanh()
      return try (a.exp() * 0.5).convolution(p[1]).relu()
    },
    FewChannelCase(
      "3x3 with many products, sizes between whole tiles", [35, 12, 15, 13],
      [[20, 12, 3, 3], [20], [24, 20, 3, 3], [16, 24, 3, 3], [16]]
    ) { x, p in
      let a = try x.convolution(p[0], bias: p[1], padding: .same).tanh()
      let b = try a.convolution(p[2]).relu()
      return try b.convolution(p[3], bias: p[4], padding: .sides(before: [2, 0], after: [1, 2]))
    },
    FewChannelCase(
      "3x3 with one row and column more than whole tiles", [18, 16, 13, 17],
      [[20, 16, 3, 3], [20], [18, 20, 3, 3]]
    ) { x, p in
      try x.convolution(p[0], bias: p[1]).tanh().convolution(p[2]).sigmoid()
    },
    FewChannelCase("50 channels", [16, 20, 6, 6], [[50, 20, 3, 3], [50]]) { x, p in
      try x.convolution(p[0], bias: p[1]).maxPool([2])
    },
  ]
}
