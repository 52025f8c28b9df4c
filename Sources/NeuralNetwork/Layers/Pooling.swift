import JSON
import TensorRuntime

/// Maximum, minimum or mean over a sliding window: `[N, C, spatial…]` to `[N, C, spatial…]`; no parameters.
///
/// The stride is the window's size unless given. Means count padded positions as in Keras: they are left out. Throws
/// `LayerError` when the window is larger than the padded input.
package final class PoolingLayer: Layer {
  /// Which value of a window is kept.
  package enum Rule: String, Hashable, Sendable {
    /// The largest.
    case max
    /// The mean.
    case average
    /// The smallest.
    case min

    /// As it stands in front of `Pool(…)`.
    var notation: String {
      switch self {
      case .max: "Max"
      case .average: "Avg"
      case .min: "Min"
      }
    }
  }

  package let rule: Rule
  package let settings: PoolingSettings
  package let name: String?
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var kind: String { "pool" }

  /// Makes a pooling layer.
  package init(_ rule: Rule, _ settings: PoolingSettings, name: String? = nil) {
    self.rule = rule
    self.settings = settings
    self.name = name
  }

  package var notation: String { settings.notation("\(rule.notation)Pool") }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    _ = try geometry(of: try single(inputs).dimensions)
  }

  func geometry(of input: [Int]) throws -> SpatialGeometry {
    try settings.geometry(of: input, notation: notation)
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    let geometry = try geometry(of: Array(x.shape.dimensions.dropFirst()))
    switch rule {
    case .max:
      return try x.maxPool(geometry)
    case .average:
      return try x.averagePool(
        geometry.kernel, strides: geometry.stride, padding: geometry.convolutionPadding)
    case .min:
      return try -(-x).maxPool(geometry)
    }
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package var window: SlidingWindow? { SlidingWindow(extent: settings.size[0], stride: settings.stride[0]) }
  package func copied() throws -> any Layer {
    PoolingLayer(rule, settings, name: name)
  }

  package var configuration: JSONObject {
    var json = JSONObject()
    json["rule"] = .string(rule.rawValue)
    settings.add(to: &json)
    return json
  }

  convenience init(configuration: ConfigurationReader, name: String?) throws {
    self.init(
      Rule(rawValue: try configuration.string("rule")) ?? .average,
      try PoolingSettings(configuration: configuration), name: name)
  }
}

/// Mean or maximum over all positions: `[N, C, spatial…]` to `[N, C]`; no parameters.
package final class GlobalPoolingLayer: Layer {
  package let rule: PoolingLayer.Rule
  package let name: String?
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var kind: String { "pool" }
  package var window: SlidingWindow? { nil }

  /// Makes a global pooling layer.
  package init(_ rule: PoolingLayer.Rule, name: String? = nil) {
    self.rule = rule
    self.name = name
  }

  package var notation: String { "Global\(rule.notation)Pool()" }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    let input = try single(inputs)
    guard input.rank >= 2 else {
      throw LayerError(
        "\(notation) pools over positions [channel, height, width], got \(input)",
        fix: "put it before Flatten()")
    }
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    let axes = Array(2..<max(2, x.shape.rank))
    switch rule {
    case .max: return try x.max(axes: axes)
    case .min: return try x.min(axes: axes)
    case .average: return try x.mean(axes: axes)
    }
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package func copied() throws -> any Layer { GlobalPoolingLayer(rule, name: name) }
  package var configuration: JSONObject {
    var json = JSONObject()
    json["rule"] = .string(rule.rawValue)
    return json
  }

  convenience init(configuration: ConfigurationReader, name: String?) throws {
    self.init(PoolingLayer.Rule(rawValue: try configuration.string("rule")) ?? .average, name: name)
  }
}
