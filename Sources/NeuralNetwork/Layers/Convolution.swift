import JSON
import TensorRuntime

/// Cross-correlation with learned filters: `y[n, k, p] = b[k] + Σ w[k, c, q] x[n, c, p·stride + q·dilation − padding]`.
///
/// Input `[N, C, spatial…]`, output `[N, filters, spatial…]`; one, two or three spatial axes as the input has. Weights
/// `[filters, C / groups, kernel…]`, bias `[filters]`, as in PyTorch. Throws `LayerError` when the kernel is larger than
/// the padded input or the channels don't divide into groups.
package final class ConvolutionLayer: Layer {
  /// Everything that was written, apart from the input's shape.
  package struct Settings: Hashable, Sendable {
    package var filters: Int
    package var kernel: [Int]
    package var stride: [Int] = [1]
    package var padding = ConvolutionPadding.valid
    /// What stands in the padding.
    package var border = Border.zeros
    package var dilation: [Int] = [1]
    package var groups = 1
    package var hasBias = true
    package var activation = Activation.linear
    package var initializer = Initializer.glorotUniform

    /// The settings of a plain convolution.
    package init(filters: Int, kernel: [Int]) {
      self.filters = filters
      self.kernel = kernel
    }
  }

  package let settings: Settings
  package let name: String?
  package private(set) var parameters: [Parameter] = []
  package var statistics: [Parameter] { [] }
  package var kind: String { "conv" }

  /// Makes a convolution that gets its weights at the first shape it sees.
  package init(_ settings: Settings, name: String? = nil) {
    self.settings = settings
    self.name = name
  }

  package var notation: String {
    var text = "Conv(\(settings.filters), \(sizeNotation(settings.kernel))"
    if settings.stride != [1] { text += ", stride: \(sizeNotation(settings.stride))" }
    if settings.padding != .valid { text += ", padding: \(settings.padding.notation)" }
    if settings.border != .zeros { text += ", border: .\(settings.border.rawValue)" }
    if settings.dilation != [1] { text += ", dilation: \(sizeNotation(settings.dilation))" }
    if settings.groups != 1 { text += ", groups: \(settings.groups)" }
    if !settings.hasBias { text += ", bias: false" }
    if settings.activation != .linear { text += ", activation: .\(settings.activation.notation)" }
    return text + ")"
  }

  /// Kernel, stride, dilation and padding for an input `[C, spatial…]`.
  func geometry(of input: [Int]) throws -> SpatialGeometry {
    try SpatialGeometry(
      input: input, kernel: settings.kernel, stride: settings.stride, dilation: settings.dilation,
      padding: settings.padding, notation: notation)
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
    let channels = input[0] / settings.groups
    if let weight = parameters.first {
      guard weight.shape.dimensions[1] == channels else {
        throw LayerError(
          "\(notation) was built for \(weight.shape.dimensions[1] * settings.groups) channels, got \(input[0])",
          fix: "a layer used twice needs the same channels both times")
      }
      return
    }
    let weightShape = Shape([settings.filters, channels] + geometry.kernel)
    let positions = geometry.kernel.reduce(1, *)
    let weights = try settings.initializer.weights(
      weightShape, fanIn: channels * positions, fanOut: settings.filters / settings.groups * positions,
      from: random)
    parameters = [Parameter("weight", weights)]
    if settings.hasBias {
      let zeros = [Float](repeating: 0, count: settings.filters)
      parameters.append(Parameter("bias", try Tensor(zeros, [settings.filters])))
    }
  }

  package func apply(to inputs: [Tensor], in pass: Pass) throws -> Tensor {
    let x = try single(inputs)
    let geometry = try geometry(of: Array(x.shape.dimensions.dropFirst()))
    // The library pads with zeros only: other borders are put around the input first.
    let isPadded = settings.border != .zeros
    let input =
      isPadded
      ? try x.padded(
        before: [0, 0] + geometry.padding.before, after: [0, 0] + geometry.padding.after,
        mode: settings.border.mode) : x
    let y = try input.convolution(
      parameters[0].tensor, bias: settings.hasBias ? parameters[1].tensor : nil, strides: geometry.stride,
      padding: isPadded ? .valid : geometry.convolutionPadding, dilations: geometry.dilation,
      groups: settings.groups)
    return try settings.activation.apply(y)
  }

  package func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    guard let weight = parameters.first, settings.filters > 0 else { return 0 }
    return output.elementCount * (weight.shape.elementCount / settings.filters)
  }

  package var window: SlidingWindow? {
    SlidingWindow(
      extent: (settings.kernel[0] - 1) * settings.dilation[0] + 1, stride: settings.stride[0])
  }

  package func copied() throws -> any Layer {
    let copy = ConvolutionLayer(settings, name: name)
    copy.parameters = try parameters.map { try $0.copied() }
    return copy
  }

  package var configuration: JSONObject {
    var json = JSONObject()
    json["filters"] = .integer(settings.filters)
    json["kernel"] = .integers(settings.kernel)
    json["stride"] = .integers(settings.stride)
    json["padding"] = settings.padding.json
    json["border"] = .string(settings.border.rawValue)
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
    settings.padding = try configuration.padding("padding")
    settings.border = try configuration.border("border")
    settings.dilation = try configuration.integers("dilation")
    settings.groups = try configuration.integer("groups")
    settings.hasBias = try configuration.bool("bias")
    settings.activation = try configuration.activation("activation")
    settings.initializer = try configuration.initializer("initializer")
    self.init(settings, name: name)
  }
}
