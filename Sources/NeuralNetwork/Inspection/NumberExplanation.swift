import TensorRuntime

/// How one number of a layer's output comes from the layer's input: the multiply-adds behind it.
package struct NumberExplanation: Sendable {
  /// One number that goes in.
  package struct Term: Sendable {
    /// Where it stands in the layer's input, along each axis.
    package let place: [Int]
    /// The number; 0 in the padding.
    package let input: Float
    /// What it is multiplied with; `nil` where the layer has no weights.
    package let weight: Float?
    /// Whether the place lies in the padding.
    package let isPadding: Bool

    /// What it adds.
    package var product: Float { input * (weight ?? 1) }
  }

  /// As the layer is written.
  package let notation: String
  /// What goes in, in the order of the layer's formula.
  package let terms: [Term]
  /// What is added in the end; `nil` where the layer has none.
  package let bias: Float?
  /// What the layer makes of the terms: `sum`, `max`, `min` or `mean`.
  package let rule: String
  /// The activation after it, as it is written; `linear` for none.
  package let activation: String
  /// The number that comes out.
  package let output: Float

  /// The result of the rule, before the activation.
  package var raw: Float {
    switch rule {
    case "max": terms.filter { !$0.isPadding }.map(\.input).max() ?? 0
    case "min": terms.filter { !$0.isPadding }.map(\.input).min() ?? 0
    case "mean":
      terms.filter { !$0.isPadding }.map(\.input).reduce(0, +)
        / Float(max(1, terms.filter { !$0.isPadding }.count))
    default: terms.reduce(bias ?? 0) { $0 + $1.product }
    }
  }
}

extension Network {
  /// Explains the number at a place of a layer's output, `[channel, row, column]` or `[unit]`, for one sample.
  ///
  /// Throws `LayerError` for places outside and for layers that are neither convolution, pooling nor dense.
  package func explanation(
    of sample: Tensor, at path: String, place: [Int], runtime: Runtime, random: RandomSource
  ) throws -> NumberExplanation {
    let layer = try layer(at: path)
    let (_, inputs, output) = try observed(layer, on: [try sample.expanded(axis: 0)], random: random)
    let shape = output.shape.dimensions.dropFirst()
    guard place.count == shape.count, zip(place, shape).allSatisfy({ (0..<$1).contains($0) }) else {
      throw LayerError(
        "\(path) has no number at \(place)", fix: "its output is \(output.shape.droppingBatch)")
    }
    guard let input = inputs.first else { throw LayerError("\(path) has no input") }
    let result = Reading(
      layer: layer, input: try runtime.floats(of: input),
      shape: Array(input.shape.dimensions.dropFirst()),
      parameters: try layer.parameters.map { try runtime.floats(of: $0.tensor) }, place: place,
      output: try runtime.floats(of: output)[Self.offset(place, Array(shape))])
    switch layer {
    case let layer as ConvolutionLayer where place.count == 3: return try result.explain(layer)
    case let layer as PoolingLayer where place.count == 3: return try result.explain(layer)
    case let layer as DenseLayer: return result.explain(layer)
    default:
      throw LayerError(
        "\(layer.notation) has no multiply-add table",
        fix: "ask for a Conv on images, a pooling or a Dense layer")
    }
  }

  private static func offset(_ place: [Int], _ lengths: [Int]) -> Int {
    zip(place, lengths).reduce(0) { $0 * $1.1 + $1.0 }
  }
}

/// A layer's numbers around one output.
private struct Reading {
  let layer: any Layer
  let input: [Float]
  let shape: [Int]
  let parameters: [[Float]]
  let place: [Int]
  let output: Float

  func explain(_ layer: ConvolutionLayer) throws -> NumberExplanation {
    let geometry = try layer.geometry(of: shape)
    let groups = layer.settings.groups
    let perGroup = shape[0] / groups
    let firstChannel = place[0] / max(1, layer.settings.filters / groups) * perGroup
    var weights = parameters[0][(place[0] * perGroup * geometry.kernel.reduce(1, *))...]
    return explanation(
      window(geometry, channels: firstChannel..<firstChannel + perGroup, dilation: geometry.dilation) {
        weights.popFirst()
      }, rule: "sum", bias: layer.settings.hasBias ? parameters[1][place[0]] : nil,
      activation: layer.settings.activation)
  }

  func explain(_ layer: PoolingLayer) throws -> NumberExplanation {
    let geometry = try layer.geometry(of: shape)
    return explanation(
      window(geometry, channels: place[0]..<place[0] + 1, dilation: [1, 1]) { nil },
      rule: layer.rule == .average ? "mean" : layer.rule.rawValue, bias: nil, activation: .linear)
  }

  func explain(_ layer: DenseLayer) -> NumberExplanation {
    let width = shape[0]
    let terms = (0..<width).map { index in
      NumberExplanation.Term(
        place: [index], input: input[index], weight: parameters[0][place[0] * width + index],
        isPadding: false)
    }
    return explanation(
      terms, rule: "sum", bias: layer.hasBias ? parameters[1][place[0]] : nil, activation: layer.activation)
  }

  private func explanation(
    _ terms: [NumberExplanation.Term], rule: String, bias: Float?, activation: Activation
  ) -> NumberExplanation {
    NumberExplanation(
      notation: layer.notation, terms: terms, bias: bias, rule: rule, activation: activation.notation,
      output: output)
  }

  private func window(
    _ geometry: SpatialGeometry, channels: Range<Int>, dilation: [Int], weight: () -> Float?
  ) -> [NumberExplanation.Term] {
    let step = dilation.count == 2 ? dilation : [dilation.first ?? 1, dilation.first ?? 1]
    var terms: [NumberExplanation.Term] = []
    for channel in channels {
      for down in 0..<geometry.kernel[0] {
        for right in 0..<geometry.kernel[1] {
          let row = place[1] * geometry.stride[0] - geometry.padding.before[0] + down * step[0]
          let column = place[2] * geometry.stride[1] - geometry.padding.before[1] + right * step[1]
          let isInside = (0..<shape[1]).contains(row) && (0..<shape[2]).contains(column)
          let value = isInside ? input[(channel * shape[1] + row) * shape[2] + column] : 0
          terms.append(
            .init(place: [channel, row, column], input: value, weight: weight(), isPadding: !isInside))
        }
      }
    }
    return terms
  }
}
