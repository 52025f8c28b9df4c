import NeuralNetwork
import TensorRuntime

/// Writes networks as layers applied to symbols, as a model's body does in the language.
struct Builder {
  let recorder: TraceRecorder

  /// A network from a body.
  static func network(_ inputs: [Shape], _ body: @escaping (Builder, [Tensor]) throws -> Tensor) throws
    -> Network
  {
    try Network(form: "Model", inputShapes: inputs, random: RandomSource(seed: 1)) { recorder, symbols in
      [try body(Builder(recorder: recorder), symbols)]
    }
  }

  func call(_ layer: any Layer, _ inputs: Tensor...) throws -> Tensor { try recorder.call(layer, on: inputs) }

  func conv(
    _ x: Tensor, _ filters: Int, _ kernel: Int, stride: Int = 1, padding: Int = 0, bias: Bool = true,
    activation: Activation = .linear
  ) throws -> Tensor {
    var settings = ConvolutionLayer.Settings(filters: filters, kernel: [kernel])
    settings.stride = [stride]
    settings.padding = .amounts([padding])
    settings.hasBias = bias
    settings.activation = activation
    return try call(ConvolutionLayer(settings), x)
  }

  /// Convolution, batch normalization and, unless told, ReLU.
  func convNorm(
    _ x: Tensor, _ filters: Int, _ kernel: Int = 3, stride: Int = 1, padding: Int = 1, relu: Bool = true
  ) throws -> Tensor {
    let y = try call(
      BatchNormLayer(), conv(x, filters, kernel, stride: stride, padding: padding, bias: false))
    return relu ? try y.relu() : y
  }

  func up(
    _ x: Tensor, _ filters: Int, _ kernel: Int, padding: Int = 0, activation: Activation = .linear
  ) throws -> Tensor {
    var settings = ConvolutionTransposeLayer.Settings(filters: filters, kernel: [kernel])
    settings.stride = [2]
    settings.padding = [padding]
    settings.activation = activation
    return try call(ConvolutionTransposeLayer(settings), x)
  }

  func maxPool(_ x: Tensor, _ size: Int = 2, stride: Int? = nil, padding: Int = 0) throws -> Tensor {
    try call(
      PoolingLayer(
        .max, PoolingSettings(size: [size], stride: [stride ?? size], padding: .amounts([padding]))), x)
  }

  func averagePool(_ x: Tensor) throws -> Tensor {
    try call(PoolingLayer(.average, PoolingSettings(size: [2])), x)
  }
  func globalPool(_ x: Tensor) throws -> Tensor { try call(GlobalPoolingLayer(.average), x) }
  func flatten(_ x: Tensor) throws -> Tensor { try call(FlattenLayer(), x) }
  func dropout(_ x: Tensor, _ rate: Double) throws -> Tensor { try call(NoiseLayer(.dropout, rate), x) }

  func dense(_ x: Tensor, _ units: Int, activation: Activation = .linear) throws -> Tensor {
    try call(DenseLayer(units, activation: activation), x)
  }
}
