import OneDNN
import TensorRuntime
import VectorKernels

/// A convolution by the project's own kernels for Winograd's algorithm: 3×3 filters in steps of 1 on blocks of sixteen
/// channels, where these were measured to be faster than the library (`docs/plans.md` has the table).
struct WinogradShapes: OwnConvolution {
  let kernel: vk_winograd
  let source: MemoryDescriptor
  let weights: MemoryDescriptor
  let destination: MemoryDescriptor
  let operationsPerSample: Double

  /// A convolution's shapes; `isTransposed` where it computes the cotangent of a convolution's input from `source`, the
  /// cotangent of its result. `nil` where the library is faster, or the kernels can't do it.
  init?(_ shapes: ConvolutionShapes, isTransposed: Bool, isTraining: Bool) {
    let geometry = shapes.key.geometry
    let (from, to) =
      isTransposed ? (shapes.destination, shapes.source) : (shapes.source, shapes.destination)
    guard String(cString: vk_instruction_set()) == "AVX-512", from.count == 4, shapes.weights.count == 4,
      shapes.weights.suffix(2) == [3, 3], geometry.strides == [1, 1], geometry.dilations == [1, 1],
      geometry.before.allSatisfy({ $0 <= 2 }), from[1] % 16 == 0, to[1] % 16 == 0,
      max(from[1], to[1]) <= 512
    else { return nil }
    let tiles = ((to[2] + 3) / 4) * ((to[3] + 3) / 4)
    // Filters are transformed at every run; the library does so once when it only infers.
    guard tiles * to[0] >= (isTraining ? 4 : max(from[1], to[1]) <= 64 ? 32 : 96),
      // Tiles that reach beyond the image are computed for nothing, which few channels are not worth.
      to[2] * to[3] * 100 >= tiles * 16 * (min(from[1], to[1]) < 32 ? 80 : 55),
      let source = try? MemoryDescriptor.blocked(from, channels: 16),
      let destination = try? MemoryDescriptor.blocked(to, channels: 16),
      let weights = try? MemoryDescriptor.blockedFilters(shapes.weights)
    else { return nil }
    (self.source, self.weights, self.destination) = (source, weights, destination)
    operationsPerSample = shapes.operationCount / Double(max(1, from[0]))
    let before = geometry.before.map { Int64(isTransposed ? 2 - $0 : $0) }
    kernel = vk_winograd(
      images: Int64(from[0]), in_blocks: Int64(from[1] / 16), out_blocks: Int64(to[1] / 16),
      in: (Int64(from[2]), Int64(from[3])), out: (Int64(to[2]), Int64(to[3])), before: (before[0], before[1]),
      is_transposed: isTransposed ? 1 : 0, is_relu: 0, accumulates: 0)
  }

  var samples: Int { Int(kernel.images) }
  var givesBias: Bool { false }

  func scratch(threads: Int32) -> Int64 {
    withUnsafePointer(to: kernel) { vk_winograd_scratch($0, 0, threads) }
  }

  func run(
    samples: Int, isRelu: Bool, accumulates: Bool, _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>, _ memory: UnsafeMutablePointer<Float>,
    threads: Int32
  ) {
    var part = kernel
    (part.images, part.is_relu, part.accumulates) = (Int64(samples), isRelu ? 1 : 0, accumulates ? 1 : 0)
    vk_winograd_convolution(&part, x, w, bias, y, memory, threads)
  }

  func weightScratch(threads: Int32) -> Int64 {
    withUnsafePointer(to: kernel) { vk_winograd_scratch($0, 1, threads) }
  }

  func runWeightGradient(
    _ x: UnsafePointer<Float>, _ g: UnsafePointer<Float>, _ w: UnsafeMutablePointer<Float>,
    _ bias: UnsafeMutablePointer<Float>?, _ memory: UnsafeMutablePointer<Float>, threads: Int32
  ) {
    withUnsafePointer(to: kernel) { vk_winograd_weight_gradient($0, x, g, w, bias, memory, threads) }
  }
}
