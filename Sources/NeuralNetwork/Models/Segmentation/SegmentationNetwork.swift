import TensorRuntime

/// What the ready-made networks for masks have in common: images `[C, H, W]` in, logits `[classes, H, W]` out.
package struct SegmentationNetwork: Hashable, Sendable {
  /// How feature maps get larger again.
  package enum Enlarging: String, CaseIterable, Sendable {
    /// Transposed convolution: learned.
    case transposed
    /// Interpolation, then a 1×1 convolution.
    case bilinear
    /// Repetition, then a 1×1 convolution.
    case nearest
  }

  /// The shape of one image.
  package var input: Shape
  /// How many classes a pixel may have, the background included; 1 for foreground against background.
  package var classes: Int
  /// Feature maps of the first level; each level has twice as many.
  package var width = 16
  /// How often the images are halved.
  package var depth = 3
  /// Whether convolutions are followed by batch norm, and have no bias of their own.
  package var normalizes = true
  package var enlarging = Enlarging.transposed
  /// Whether convolutions keep the size, or lose their border as in the first U-Net.
  package var keepsSize = true
  /// Whether what doesn't fit by odd sizes is padded, or the larger of the two cropped.
  package var crops = false
  /// The share of numbers dropped at the lowest level while training.
  package var dropout = 0.0

  /// Describes a network of three levels and sixteen maps at the first.
  package init(input: Shape, classes: Int) { (self.input, self.classes) = (input, classes) }

  /// Records a network of this description.
  func network(
    _ form: String, name: String?, random: RandomSource, _ body: @escaping (Builder) throws -> Tensor
  ) throws -> Network {
    guard input.rank == 3 else {
      throw LayerError("\(form) takes images [channels, height, width], got \(input)")
    }
    let factor = 1 << depth
    guard input[1] >= factor, input[2] >= factor else {
      throw LayerError(
        "\(form) of depth \(depth) halves its images \(depth) times, \(input) is too small for that",
        fix: "use a smaller depth, or images of at least [\(factor), \(factor)]")
    }
    return try Network(form: form, name: name, inputShapes: [input], random: random) { recorder, inputs in
      [try body(Builder(description: self, recorder: recorder, input: inputs[0]))]
    }
  }

  /// Records the pieces that these networks are made of.
  struct Builder {
    let description: SegmentationNetwork
    let recorder: TraceRecorder
    let input: Tensor

    /// Feature maps of a level, counted from 0.
    func maps(_ level: Int) -> Int { description.width << level }

    func convolution(_ x: Tensor, _ filters: Int, _ kernel: Int, bias: Bool = true) throws -> Tensor {
      var settings = ConvolutionLayer.Settings(filters: filters, kernel: [kernel])
      settings.padding = description.keepsSize ? .same : .valid
      settings.hasBias = bias
      settings.initializer = .heUniform
      return try recorder.call(ConvolutionLayer(settings), on: [x])
    }

    /// Two 3×3 convolutions with ReLU, normalized where that is asked for.
    func block(_ x: Tensor, _ filters: Int) throws -> Tensor {
      var x = x
      for _ in 0..<2 {
        x = try convolution(x, filters, 3, bias: !description.normalizes)
        if description.normalizes { x = try recorder.call(BatchNormLayer(), on: [x]) }
        x = try recorder.call(ActivationLayer(.relu), on: [x])
      }
      return x
    }

    func pool(_ x: Tensor) throws -> Tensor {
      try recorder.call(PoolingLayer(.max, PoolingSettings(size: [2])), on: [x])
    }

    /// Numbers dropped where that is asked for.
    func dropped(_ x: Tensor) throws -> Tensor {
      description.dropout > 0 ? try recorder.call(NoiseLayer(.dropout, description.dropout), on: [x]) : x
    }

    /// Images `factor` times as large with other feature maps.
    func enlarged(_ x: Tensor, _ filters: Int, by factor: Int = 2, kernel: Int? = nil) throws -> Tensor {
      switch description.enlarging {
      case .transposed:
        let kernel = kernel ?? factor
        var settings = ConvolutionTransposeLayer.Settings(filters: filters, kernel: [kernel])
        settings.stride = [factor]
        settings.padding = [(kernel - factor) / 2]
        settings.initializer = .heUniform
        return try recorder.call(ConvolutionTransposeLayer(settings), on: [x])
      case .bilinear, .nearest:
        let rule: ResampleLayer.Rule = description.enlarging == .bilinear ? .bilinear : .nearest
        let large = try recorder.call(ResampleLayer(rule, size: [factor]), on: [x])
        return try convolution(large, filters, 1)
      }
    }

    /// Two feature maps with the size of one: the smaller padded or the larger cropped.
    func matched(_ x: Tensor, _ skip: Tensor) throws -> (x: Tensor, skip: Tensor) {
      let (a, b) = (x.shape, skip.shape)
      if description.crops || !description.keepsSize {
        let (height, width) = (min(a[2], b[2]), min(a[3], b[3]))
        return (
          try x.resized(toHeight: height, width: width, by: .crop),
          try skip.resized(toHeight: height, width: width, by: .crop)
        )
      }
      let (height, width) = (max(a[2], b[2]), max(a[3], b[3]))
      return (
        try x.resized(toHeight: height, width: width, by: .pad),
        try skip.resized(toHeight: height, width: width, by: .pad)
      )
    }
  }
}
