import JSON
import TensorRuntime

/// The way back through a max pooling: puts each number where the largest of its window was, zeros elsewhere
/// (Zeiler and Fergus 2014; Badrinarayanan et al. 2017).
///
/// Inputs: what is put, `[N, C, spatial′…]`, and what was pooled, `[N, C, spatial…]`; output as the second. Throws
/// `LayerError` where the first is not of the size that pooling the second gives.
package final class UnpoolingLayer: Layer {
  package let settings: PoolingSettings
  package let name: String?
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var kind: String { "unpool" }
  package var window: SlidingWindow? { nil }

  /// Makes the counterpart of a max pooling with the same numbers.
  package init(_ settings: PoolingSettings, name: String? = nil) {
    self.settings = settings
    self.name = name
  }

  package var notation: String { settings.notation("MaxUnpool") }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    guard inputs.count == 2 else {
      throw LayerError(
        "\(notation) takes what is put back and what was pooled, got \(inputs.count) input\(inputs.count == 1 ? "" : "s")",
        fix: "\(notation)(y, x), where x went into \(settings.notation("MaxPool"))")
    }
    let geometry = try settings.geometry(of: inputs[1].dimensions, notation: notation)
    let pooled = try Tensor.placeholder(inputs[1].withBatch(1)).maxPool(geometry).shape.droppingBatch
    guard inputs[0] == pooled else {
      throw LayerError(
        "\(notation) got \(inputs[0]), but the pooling of \(inputs[1]) gives \(pooled)",
        fix: "the second input is what \(settings.notation("MaxPool")) was applied to, with as many channels")
    }
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let (y, x) = (inputs[0], inputs[1])
    let geometry = try settings.geometry(of: Array(x.shape.dimensions.dropFirst()), notation: notation)
    return try x.maxUnpool(
      y, geometry.kernel, strides: geometry.stride, padding: geometry.convolutionPadding)
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package func copied() throws -> any Layer {
    UnpoolingLayer(settings, name: name)
  }
  package var configuration: JSONObject {
    var json = JSONObject()
    settings.add(to: &json)
    return json
  }
  convenience init(configuration: ConfigurationReader, name: String?) throws {
    self.init(try PoolingSettings(configuration: configuration), name: name)
  }
}

/// Moves blocks of positions into channels, or back: `[N, C, H, W]` to `[N, C·s², H/s, W/s]`, and `[N, C·s², H, W]` to
/// `[N, C, H·s, W·s]`, in PyTorch's order of channels (`PixelUnshuffle`, `PixelShuffle`; Shi et al. 2016). Throws
/// `LayerError` where `s` doesn't divide.
package final class DepthSpaceLayer: Layer {
  /// Which way numbers move.
  package enum Direction: String, Hashable, Sendable {
    /// Into channels.
    case toDepth
    /// Out of channels.
    case toSpace
  }
  package let direction: Direction
  package let size: Int
  package let name: String?
  package var parameters: [Parameter] { [] }
  package var statistics: [Parameter] { [] }
  package var kind: String { "shuffle" }
  package var window: SlidingWindow? { nil }
  package var notation: String { "\(direction == .toDepth ? "SpaceToDepth" : "DepthToSpace")(\(size))" }

  /// Makes the layer for blocks of `size × size`.
  package init(_ direction: Direction, size: Int, name: String? = nil) {
    self.direction = direction
    self.size = size
    self.name = name
  }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    let input = try single(inputs)
    guard input.rank == 3, (1...1000).contains(size) else {
      throw LayerError("\(notation) moves images [channel, height, width], got \(input)")
    }
    let divides =
      direction == .toDepth
      ? input[1] % size == 0 && input[2] % size == 0 : input[0] % (size * size) == 0
    guard divides else {
      throw LayerError(
        direction == .toDepth
          ? "\(notation) needs height and width that \(size) divides, got \(input)"
          : "\(notation) needs channels that \(size * size) divides, got \(input)")
    }
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    switch direction {
    case .toDepth:
      return try x.reshaped([n, c, h / size, size, w / size, size]).transposed([0, 1, 3, 5, 2, 4])
        .reshaped([n, c * size * size, h / size, w / size])
    case .toSpace:
      let channels = c / (size * size)
      return try x.reshaped([n, channels, size, size, h, w]).transposed([0, 1, 4, 2, 5, 3])
        .reshaped([n, channels, h * size, w * size])
    }
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  package func copied() throws -> any Layer { DepthSpaceLayer(direction, size: size, name: name) }
  package var configuration: JSONObject {
    ["direction": .string(direction.rawValue), "size": .integer(size)]
  }
  convenience init(configuration: ConfigurationReader, name: String?) throws {
    guard let direction = Direction(rawValue: try configuration.string("direction")) else {
      throw configuration.wrong("direction", "toDepth or toSpace")
    }
    self.init(direction, size: try configuration.integer("size"), name: name)
  }
}
