import JSON
import TensorRuntime

/// The numbers of a pooling, its window and how it moves over the positions of its input; what puts pooled numbers back
/// has the same.
package struct PoolingSettings: Hashable, Sendable {
  package let size: [Int]
  package let stride: [Int]
  package let padding: ConvolutionPadding

  /// Makes a window; the stride is its size unless given.
  package init(size: [Int], stride: [Int]? = nil, padding: ConvolutionPadding = .valid) {
    self.size = size
    self.stride = stride ?? size
    self.padding = padding
  }

  init(configuration: ConfigurationReader) throws {
    self.init(
      size: try configuration.integers("size"), stride: try configuration.integers("stride"),
      padding: try configuration.padding("padding"))
  }

  /// A layer of that name with this window, as it is written in the language.
  func notation(_ name: String) -> String {
    var text = "\(name)(" + sizeNotation(size)
    if stride != size { text += ", stride: \(sizeNotation(stride))" }
    if padding != .valid { text += ", padding: \(padding.notation)" }
    return text + ")"
  }

  /// The window over an input `[C, spatial…]`. Throws `LayerError` where it doesn't fit.
  func geometry(of input: [Int], notation: @autoclosure () -> String) throws -> SpatialGeometry {
    try SpatialGeometry(input: input, kernel: size, stride: stride, padding: padding, notation: notation())
  }

  /// Adds what makes the same window again.
  func add(to configuration: inout JSONObject) {
    configuration["size"] = .integers(size)
    configuration["stride"] = .integers(stride)
    configuration["padding"] = padding.json
  }
}

extension Tensor {
  /// The largest of each window: `[N, C, spatial…] → [N, C, spatial′…]`.
  func maxPool(_ geometry: SpatialGeometry) throws -> Tensor {
    try maxPool(geometry.kernel, strides: geometry.stride, padding: geometry.convolutionPadding)
  }
}
