import JSON
import TensorRuntime

/// Normalization of each sample on its own, over groups of channels and all positions (Wu and He 2018):
/// `y = γ (x − μ) / √(σ² + ε) + β`, with `γ`, `β` `[C]`.
///
/// Input and output `[N, C, …]`. One group is layer normalization (Ba et al. 2016), a group per channel instance
/// normalization (Ulyanov et al. 2016). Training and inference are the same. Throws `LayerError` when the channels don't
/// divide into the groups.
package final class GroupNormLayer: Layer {
  /// How channels are grouped.
  package enum Grouping: String, Hashable, Sendable {
    /// All channels together.
    case layer
    /// As many groups as given.
    case groups
    /// Each channel alone.
    case instance
  }

  package let grouping: Grouping
  package let groups: Int
  package let epsilon: Double
  package let name: String?
  package private(set) var parameters: [Parameter] = []
  package var statistics: [Parameter] { [] }
  package var window: SlidingWindow? { nil }

  /// Makes a normalization; `groups` counts for `.groups` only.
  package init(_ grouping: Grouping, groups: Int = 1, epsilon: Double = 1e-5, name: String? = nil) {
    self.grouping = grouping
    self.groups = groups
    self.epsilon = epsilon
    self.name = name
  }

  package var kind: String {
    switch grouping {
    case .layer: "ln"
    case .groups: "gn"
    case .instance: "in"
    }
  }

  package var notation: String {
    switch grouping {
    case .layer: "LayerNorm()"
    case .groups: "GroupNorm(\(groups))"
    case .instance: "InstanceNorm()"
    }
  }

  private func groupCount(of channels: Int) -> Int {
    switch grouping {
    case .layer: 1
    case .groups: groups
    case .instance: channels
    }
  }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    let input = try single(inputs)
    guard let channels = input.dimensions.first else {
      throw LayerError("\(notation) needs a channel axis, got \(input)")
    }
    guard groups >= 1,
      grouping == .instance || channels % groupCount(of: channels) == 0
    else {
      throw LayerError("\(notation) needs a number of channels that \(groups) divides, got \(input)")
    }
    if grouping == .instance, input.rank < 2 {
      throw LayerError(
        "\(notation) needs positions to average over, got \(input)", fix: "use LayerNorm() for vectors")
    }
    guard parameters.isEmpty else {
      if parameters[0].shape.dimensions == [channels] { return }
      throw LayerError(
        "\(notation) was built for \(parameters[0].shape.elementCount) channels, got \(channels)")
    }
    parameters = [
      Parameter("weight", try Tensor([Float](repeating: 1, count: channels), [channels])),
      Parameter("bias", try Tensor([Float](repeating: 0, count: channels), [channels])),
    ]
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    guard !x.shape.isEmpty else { return x }
    let shape = x.shape.dimensions
    let count = groupCount(of: shape[1])
    let grouped = try x.reshaped([shape[0], count, -1])
    let normal = try grouped.layerNorm(scale: nil, shift: nil, axes: [2], epsilon: epsilon).reshaped(shape)
    let scale = try parameters[0].tensor.perChannel(rank: x.rank)
    return try normal * scale + parameters[1].tensor.perChannel(rank: x.rank)
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }

  package func copied() throws -> any Layer {
    let copy = GroupNormLayer(grouping, groups: groups, epsilon: epsilon, name: name)
    copy.parameters = try parameters.map { try $0.copied() }
    return copy
  }

  package var configuration: JSONObject {
    [
      "grouping": .string(grouping.rawValue), "groups": .integer(groups), "epsilon": .number(epsilon),
    ]
  }

  convenience init(configuration: ConfigurationReader, name: String?) throws {
    guard let grouping = Grouping(rawValue: try configuration.string("grouping")) else {
      throw configuration.wrong("grouping", "layer, groups or instance")
    }
    self.init(
      grouping, groups: try configuration.integer("groups"), epsilon: try configuration.number("epsilon"),
      name: name)
  }
}

/// Local response normalization across channels (Krizhevsky et al. 2012, Caffe's form):
/// `y_c = x_c / (k + α/n Σ x²)^β` over the `n` channels around `c`; `[N, C, …]`.
package final class LocalResponseNormLayer: Layer {
  package let size: Int
  package let alpha: Double
  package let beta: Double
  package let bias: Double
  package let name: String?
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var kind: String { "lrn" }
  package var window: SlidingWindow? { nil }
  package var notation: String { "LRN(\(size))" }

  /// Makes a local response normalization.
  package init(
    size: Int = 5, alpha: Double = 1e-4, beta: Double = 0.75, bias: Double = 1, name: String? = nil
  ) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
    self.name = name
  }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    let input = try single(inputs)
    guard input.rank >= 1, size >= 1 else {
      throw LayerError("\(notation) needs a channel axis, got \(input)")
    }
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    let channels = x.shape.dimensions[1]
    let before = (size - 1) / 2
    var edges = [Int](repeating: 0, count: x.rank)
    var behind = edges
    edges[1] = before
    behind[1] = size - 1 - before
    let squares = try x.square().padded(before: edges, after: behind)
    var sum = try squares.sliced(axis: 1, from: 0, to: channels)
    for offset in 1..<max(1, size) where size > 1 {
      sum = try sum + squares.sliced(axis: 1, from: offset, to: offset + channels)
    }
    return try x * (sum * (alpha / Double(size)) + bias).power(-beta)
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package func copied() throws -> any Layer {
    LocalResponseNormLayer(size: size, alpha: alpha, beta: beta, bias: bias, name: name)
  }
  package var configuration: JSONObject {
    ["size": .integer(size), "alpha": .number(alpha), "beta": .number(beta), "bias": .number(bias)]
  }
  convenience init(configuration: ConfigurationReader, name: String?) throws {
    self.init(
      size: try configuration.integer("size"), alpha: try configuration.number("alpha"),
      beta: try configuration.number("beta"), bias: try configuration.number("bias"), name: name)
  }
}
