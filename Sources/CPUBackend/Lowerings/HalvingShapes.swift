import OneDNN
import TensorRuntime
import VectorKernels

/// A convolution by the project's own kernels for 4×4 filters in steps of 2, which halve images, or double them where
/// transposed: Winograd's algorithm on every other pixel, on blocks of sixteen channels (`docs/plans.md`).
struct HalvingShapes: OwnConvolution {
  let kernel: vk_halving
  let source: MemoryDescriptor
  let weights: MemoryDescriptor
  let destination: MemoryDescriptor
  let operationsPerSample: Double
  private let isTransposed: Bool

  /// A convolution's shapes; `nil` where the library is faster, or the kernels can't do it. `isTransposed` where it
  /// computes the cotangent of a convolution's input.
  init?(_ shapes: ConvolutionShapes, isTransposed: Bool = false) {
    let geometry = shapes.key.geometry
    let (x, y) = (shapes.source, shapes.destination)
    guard String(cString: vk_instruction_set()) == "AVX-512", x.count == 4, shapes.weights.count == 4,
      shapes.weights.suffix(2) == [4, 4], geometry.strides == [2, 2], geometry.dilations == [1, 1],
      geometry.before.allSatisfy({ $0 <= 3 }), x[1] % 16 == 0, y[1] % 16 == 0,
      Self.blockPairs.contains(x[1] / 16 * (y[1] / 16))
    else { return nil }
    var kernel = vk_halving(
      samples: Int64(x[0]), in_blocks: Int64(x[1] / 16), out_blocks: Int64(y[1] / 16),
      in: (Int64(x[2]), Int64(x[3])), out: (Int64(y[2]), Int64(y[3])),
      before: (Int64(geometry.before[0]), Int64(geometry.before[1])), is_relu: 0, accumulates: 0)
    let tiles = Int(vk_halving_tiles(&kernel, isTransposed ? 1 : 0))
    let products = y[2] * y[3] * x[0] * 16
    // A tile takes 100 products where it saves up to 256; what reaches beyond the image is computed for nothing.
    guard tiles >= Self.fewestTiles, products * 2 >= tiles * 100 * 3,
      let source = try? MemoryDescriptor.blocked(x, channels: 16),
      let destination = try? MemoryDescriptor.blocked(y, channels: 16),
      let weights = try? MemoryDescriptor.blockedFilters(shapes.weights)
    else { return nil }
    self.isTransposed = isTransposed
    (self.source, self.destination) = isTransposed ? (destination, source) : (source, destination)
    self.weights = weights
    operationsPerSample = shapes.operationCount / Double(max(1, x[0]))
    self.kernel = kernel
  }

  /// How many pairs of blocks: with one, the way to a tile's numbers takes longer than their products; and what many
  /// filters take as 25 numbers per image of every other pixel would not be near.
  private static let blockPairs = 2...64
  /// The fewest tiles that are worth transforming the filters.
  private static let fewestTiles = 32

  var samples: Int { Int(kernel.samples) }
  var givesBias: Bool { true }

  func scratch(threads: Int32) -> Int64 {
    withUnsafePointer(to: kernel) { vk_halving_scratch($0, isTransposed ? 1 : 0, threads) }
  }

  func run(
    samples: Int, isRelu: Bool, accumulates: Bool, _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>, _ memory: UnsafeMutablePointer<Float>,
    threads: Int32
  ) {
    var part = kernel
    (part.samples, part.is_relu, part.accumulates) = (Int64(samples), isRelu ? 1 : 0, accumulates ? 1 : 0)
    if isTransposed {
      vk_halving_input_gradient(&part, x, w, bias, y, memory, threads)
    } else {
      vk_halving_convolution(&part, x, w, bias, y, memory, threads)
    }
  }

  func weightScratch(threads: Int32) -> Int64 {
    withUnsafePointer(to: kernel) { vk_halving_weight_scratch($0, threads) }
  }

  func runWeightGradient(
    _ x: UnsafePointer<Float>, _ g: UnsafePointer<Float>, _ w: UnsafeMutablePointer<Float>,
    _ bias: UnsafeMutablePointer<Float>?, _ memory: UnsafeMutablePointer<Float>, threads: Int32
  ) {
    withUnsafePointer(to: kernel) { vk_halving_weight_gradient($0, x, g, w, bias, memory, threads) }
  }
}
