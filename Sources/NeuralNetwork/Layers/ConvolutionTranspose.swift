import JSON
import TensorRuntime

/// Transposed convolution: the gradient of a convolution with respect to its input, used to enlarge.
///
/// Input `[N, C, spatial…]`, output `[N, filters, (n − 1)·stride − 2·padding + (kernel − 1)·dilation + 1 + outputPadding]`;
/// weights `[C, filters / groups, kernel…]`, bias `[filters]`, as in PyTorch (Zeiler et al. 2010).
package final class ConvolutionTransposeLayer: Layer {
  /// Everything that was written, apart from the input's shape.
  package struct Settings: Hashable, Sendable {
    package var filters: Int
    package var kernel: [Int]
    package var stride: [Int] = [1]
    /// Positions cut from both sides of the output; `nil` for `.same`: output is `n · stride`.
    package var padding: [Int]? = [0]
    package var outputPadding: [Int] = [0]
    package var dilation: [Int] = [1]
    package var groups = 1
    package var hasBias = true
    package var activation = Activation.linear
    package var initializer = Initializer.glorotUniform

    /// The settings of a plain transposed convolution.
    package init(filters: Int, kernel: [Int]) {
      self.filters = filters
      self.kernel = kernel
    }
  }

  package let settings: Settings
  package let name: String?
  package private(set) var parameters: [Parameter] = []
  package var statistics: [Parameter] { [] }
  package var kind: String { "convT" }
  package var window: SlidingWindow? { nil }

  /// Makes a transposed convolution that gets its weights at the first shape it sees.
  package init(_ settings: Settings, name: String? = nil) {
    self.settings = settings
    self.name = name
  }

  package var notation: String {
    var text = "ConvTranspose(\(settings.filters), \(sizeNotation(settings.kernel))"
    if settings.stride != [1] { text += ", stride: \(sizeNotation(settings.stride))" }
    switch settings.padding {
    case nil: text += ", padding: .same"
    case [0]: break
    case let padding?: text += ", padding: \(sizeNotation(padding))"
    }
    if settings.outputPadding != [0] { text += ", outputPadding: \(sizeNotation(settings.outputPadding))" }
    if settings.dilation != [1] { text += ", dilation: \(sizeNotation(settings.dilation))" }
    if settings.groups != 1 { text += ", groups: \(settings.groups)" }
    if !settings.hasBias { text += ", bias: false" }
    if settings.activation != .linear { text += ", activation: .\(settings.activation.notation)" }
    return text + ")"
  }

  private struct Geometry {
    var kernel: [Int]
    var stride: [Int]
    var padding: [Int]
    var extra: [Int]
    var dilation: [Int]
    /// What one filter covers.
    var extent: [Int] { zip(kernel, dilation).map { ($0 - 1) * $1 + 1 } }
  }

  private func geometry(of input: [Int]) throws -> Geometry {
    guard (2...4).contains(input.count) else {
      throw LayerError(
        "\(notation) enlarges images [channel, height, width], got \(Shape(input))",
        fix: "Reshape(channels, height, width) before it")
    }
    let rank = input.count - 1
    let kernel = try perAxis(settings.kernel, rank: rank, what: "the kernel", of: notation)
    let stride = try perAxis(settings.stride, rank: rank, what: "the stride", of: notation)
    let extra = try perAxis(settings.outputPadding, rank: rank, what: "the output padding", of: notation)
    let dilation = try perAxis(settings.dilation, rank: rank, what: "the dilation", of: notation)
    guard (kernel + stride + dilation).allSatisfy((1...100_000).contains),
      extra.allSatisfy((0...100_000).contains)
    else {
      throw LayerError("\(notation) needs kernel, stride and dilation from 1 to 100000")
    }
    let plain = Geometry(
      kernel: kernel, stride: stride, padding: kernel.map { _ in 0 }, extra: extra, dilation: dilation)
    let extent = plain.extent
    if let padding = settings.padding {
      let amounts = try perAxis(padding, rank: rank, what: "the padding", of: notation)
      guard amounts.allSatisfy((0...100_000).contains) else {
        throw LayerError("\(notation) needs a padding from 0 to 100000")
      }
      for axis in 0..<rank
      where (input[axis + 1] - 1) * stride[axis] + extent[axis] + extra[axis] - 2 * amounts[axis] < 1 {
        throw LayerError(
          "\(notation) cuts more than there is from \(Shape(input))", fix: "use a smaller padding")
      }
      return Geometry(kernel: kernel, stride: stride, padding: amounts, extra: extra, dilation: dilation)
    }
    guard zip(extent, stride).allSatisfy({ $0 >= $1 }) else {
      throw LayerError("\(notation) with padding: .same needs a kernel at least as large as its stride")
    }
    // One position more than needed is cut in front where kernel − stride is odd, and added behind.
    let padding = zip(extent, stride).map { ($0 - $1 + 1) / 2 }
    let behind = zip(zip(extent, stride), padding).map { 2 * $1 - ($0.0 - $0.1) }
    return Geometry(kernel: kernel, stride: stride, padding: padding, extra: behind, dilation: dilation)
  }

  package func build(for inputs: [Shape], random: RandomSource) throws {
    let input = try single(inputs).dimensions
    let geometry = try geometry(of: input)
    guard settings.groups >= 1, input[0] % settings.groups == 0, settings.filters % settings.groups == 0
    else {
      throw LayerError(
        "\(notation) splits channels into \(settings.groups) groups, but has \(input[0]) channels in and \(settings.filters) out",
        fix: "choose channel counts that \(settings.groups) divides")
    }
    if let weight = parameters.first {
      guard weight.shape.dimensions[0] == input[0] else {
        throw LayerError("\(notation) was built for \(weight.shape.dimensions[0]) channels, got \(input[0])")
      }
      return
    }
    let shape = Shape([input[0], settings.filters / settings.groups] + geometry.kernel)
    let positions = geometry.kernel.reduce(1, *)
    let weights = try settings.initializer.weights(
      shape, fanIn: input[0] / settings.groups * positions,
      fanOut: settings.filters / settings.groups * positions, from: random)
    parameters = [Parameter("weight", weights)]
    if settings.hasBias {
      parameters.append(
        Parameter("bias", try Tensor([Float](repeating: 0, count: settings.filters), [settings.filters])))
    }
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    let geometry = try geometry(of: Array(x.shape.dimensions.dropFirst()))
    let y = try x.transposedConvolution(
      parameters[0].tensor, bias: settings.hasBias ? parameters[1].tensor : nil, strides: geometry.stride,
      padding: geometry.padding, outputPadding: geometry.extra, dilations: geometry.dilation,
      groups: settings.groups)
    return try settings.activation.apply(y)
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    guard let weight = parameters.first, let input = inputs.first else { return 0 }
    return input.elementCount * (weight.shape.elementCount / max(1, weight.shape.dimensions[0]))
  }

  package func copied() throws -> any Layer {
    let copy = ConvolutionTransposeLayer(settings, name: name)
    copy.parameters = try parameters.map { try $0.copied() }
    return copy
  }

  package var configuration: JSONObject {
    var json = JSONObject()
    json["filters"] = .integer(settings.filters)
    json["kernel"] = .integers(settings.kernel)
    json["stride"] = .integers(settings.stride)
    json["padding"] =
      settings.padding.map { ConvolutionPadding.amounts($0).json } ?? ConvolutionPadding.same.json
    json["outputPadding"] = .integers(settings.outputPadding)
    json["dilation"] = .integers(settings.dilation)
    json["groups"] = .integer(settings.groups)
    json["bias"] = .bool(settings.hasBias)
    json["activation"] = .string(settings.activation.notation)
    json["initializer"] = .string(settings.initializer.rawValue)
    return json
  }

  convenience init(configuration: ConfigurationReader, name: String?) throws {
    var settings = Settings(
      filters: try configuration.integer("filters"), kernel: try configuration.integers("kernel"))
    settings.stride = try configuration.integers("stride")
    if case .amounts(let amounts) = try configuration.padding("padding") {
      settings.padding = amounts
    } else {
      settings.padding = nil
    }
    if case .amounts(let amounts) = try configuration.padding("outputPadding") {
      settings.outputPadding = amounts
    }
    settings.dilation = try configuration.integers("dilation")
    settings.groups = try configuration.integer("groups")
    settings.hasBias = try configuration.bool("bias")
    settings.activation = try configuration.activation("activation")
    settings.initializer = try configuration.initializer("initializer")
    self.init(settings, name: name)
  }
}
