import JSON
import TensorRuntime

/// Another size for images, without parameters: `[N, C, H, W]` to `[N, C, H′, W′]`.
///
/// Nearest repeats positions; bilinear interpolates between the centres of positions (half-pixel centres, as in PyTorch
/// with `align_corners = false`); adaptive averages as many positions as fall on each output.
package final class ResampleLayer: Layer {
  /// How the new positions get their numbers.
  package enum Rule: String, Hashable, Sendable {
    /// Repeats each position `scale` times.
    case nearest
    /// Interpolates to `scale` times the size.
    case bilinear
    /// Averages to a fixed size.
    case adaptiveAverage
    /// Takes the largest to a fixed size.
    case adaptiveMax
  }

  package let rule: Rule
  /// Height and width: factors for upsampling, the output's size for adaptive pooling.
  package let size: [Int]
  package let name: String?
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var kind: String { rule == .adaptiveAverage || rule == .adaptiveMax ? "pool" : "up" }
  package var window: SlidingWindow? { nil }

  /// Makes a resampling layer; `size` has one or two numbers.
  package init(_ rule: Rule, size: [Int], name: String? = nil) {
    self.rule = rule
    self.size = size.count == 2 ? size : [size.first ?? 1, size.first ?? 1]
    self.name = name
  }

  package var notation: String {
    switch rule {
    case .nearest: "Upsample(\(sizeNotation(size)))"
    case .bilinear: "Upsample(\(sizeNotation(size)), mode: .bilinear)"
    case .adaptiveAverage: "AdaptiveAvgPool(\(sizeNotation(size)))"
    case .adaptiveMax: "AdaptiveMaxPool(\(sizeNotation(size)))"
    }
  }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    let input = try single(inputs)
    guard size.allSatisfy((1...10_000).contains) else {
      throw LayerError("\(notation) needs sizes from 1 to 10000")
    }
    guard input.rank == 3 else {
      throw LayerError("\(notation) resizes images [channel, height, width], got \(input)")
    }
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    let shape = x.shape.dimensions
    guard rule != .nearest else {
      return try x.reshaped([shape[0], shape[1], shape[2], 1, shape[3], 1])
        .broadcast(to: [shape[0], shape[1], shape[2], size[0], shape[3], size[1]])
        .reshaped([shape[0], shape[1], shape[2] * size[0], shape[3] * size[1]])
    }
    if rule == .adaptiveMax { return try largest(of: largest(of: x, axis: 2), axis: 3) }
    // Both axes are linear maps.
    return try x.mapped(
      rows: weights(from: shape[2], axis: 0), columns: weights(from: shape[3], axis: 1))
  }

  /// The share of each old position in each new one, `[new, old]`.
  private func weights(from old: Int, axis: Int) throws -> Tensor {
    guard rule == .adaptiveAverage else { return try Tensor.interpolation(from: old, to: old * size[axis]) }
    let new = size[axis]
    var values = [Float](repeating: 0, count: new * old)
    for target in 0..<new {
      let first = target * old / new
      let last = max(first + 1, ((target + 1) * old + new - 1) / new)
      for source in first..<min(old, last) { values[target * old + source] = 1 / Float(last - first) }
    }
    return try Tensor(values, [new, old])
  }

  /// The largest along one axis of the positions that fall on each output, as many as adaptive averaging takes.
  private func largest(of x: Tensor, axis: Int) throws -> Tensor {
    let (old, new) = (x.shape[axis], size[axis - 2])
    let parts = try (0..<new).map { target in
      let first = target * old / new
      let last = max(first + 1, ((target + 1) * old + new - 1) / new)
      return try x.sliced(axis: axis, from: first, to: min(old, last)).max(axes: [axis], keepDims: true)
    }
    return try Tensor.concat(parts, axis: axis)
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package func copied() throws -> any Layer { ResampleLayer(rule, size: size, name: name) }
  package var configuration: JSONObject { ["rule": .string(rule.rawValue), "size": .integers(size)] }
  convenience init(configuration: ConfigurationReader, name: String?) throws {
    guard let rule = Rule(rawValue: try configuration.string("rule")) else {
      throw configuration.wrong("rule", "nearest, bilinear, adaptiveAverage or adaptiveMax")
    }
    self.init(rule, size: try configuration.integers("size"), name: name)
  }
}

/// Vectors of length 1: `x / max(‖x‖, ε)` over the features; `[N, C, …]`.
package final class L2NormalizeLayer: Layer {
  package let name: String?
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var kind: String { "l2" }
  package var window: SlidingWindow? { nil }
  package var notation: String { "L2Normalize()" }

  /// Makes a normalizing layer.
  package init(name: String? = nil) { self.name = name }
  package func build(for inputs: [Shape], random: RandomSource) throws { _ = try single(inputs) }
  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    let axis = x.rank > 1 ? 1 : 0
    return try x * (x.square().sum(axes: [axis], keepDims: true) + 1e-12).rsqrt()
  }
  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package func copied() throws -> any Layer { L2NormalizeLayer(name: name) }
  package var configuration: JSONObject { JSONObject() }
  convenience init(configuration: ConfigurationReader, name: String?) throws { self.init(name: name) }
}

/// A border around images: `[N, C, H, W]` to `[N, C, H + 2p, W + 2p]`, with any number of spatial axes.
package final class PadLayer: Layer {
  package let amount: [Int]
  package let border: Border
  package let name: String?
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var kind: String { "pad" }
  package var window: SlidingWindow? { nil }
  package var notation: String { "Pad(\(sizeNotation(amount)), mode: .\(border.rawValue))" }

  /// Makes a padding layer. Throws `LayerError` for negative amounts.
  package init(_ amount: [Int], border: Border = .zeros, name: String? = nil) throws {
    guard amount.allSatisfy((0...10_000).contains) else {
      throw LayerError("Pad needs amounts of 0 or more, got \(amount)")
    }
    self.amount = amount
    self.border = border
    self.name = name
  }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    let input = try single(inputs)
    guard input.rank >= 2 else {
      throw LayerError("\(notation) pads images [channel, height, width], got \(input)")
    }
  }
  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    let amounts = [0, 0] + (try perAxis(amount, rank: x.rank - 2, what: "the padding", of: notation))
    return try x.padded(before: amounts, after: amounts, mode: border.mode)
  }
  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package func copied() throws -> any Layer { try PadLayer(amount, border: border, name: name) }
  package var configuration: JSONObject {
    ["amount": .integers(amount), "mode": .string(border.rawValue)]
  }
  convenience init(configuration: ConfigurationReader, name: String?) throws {
    try self.init(
      try configuration.integers("amount", from: 0), border: try configuration.border("mode"), name: name)
  }
}
