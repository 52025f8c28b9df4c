import TensorRuntime
import VectorKernels

/// For which layers the kernels for few channels are faster than the library, by instruction set.
///
/// The library computes channels sixteen (AVX-512) or eight (AVX2) at a time and pays for those that are not there;
/// these kernels compute images sixteen (or eight) at a time. How much must be wasted before they win, and how large a layer may
/// be, is from `few-channel-benchmark layers` (the table is in `docs/few-channels.md`); nothing is timed at run time,
/// so that the same program gives the same bits every time.
package struct FewChannelLimits {
  /// What the kernels are compiled for.
  package enum InstructionSet: Int, CaseIterable, Sendable {
    case portable, avx2, avx512
    /// Whatever the processor has.
    static let widest = InstructionSet.avx512
  }
  /// How many channels the library computes together, and how much more it then computes at least, in percent of what
  /// is computed in lanes, empty ones counted.
  let group: Int
  let waste: Int
  /// The most products of a convolution's input and output channels.
  let channelPairs: Int
  /// The most weights of a fully connected layer behind such convolutions: they have to stay in the cache.
  let denseWeights: Int
  /// The fewest images.
  let images: Int
  /// The most elements of an image between two layers: a block of more leaves the cache.
  let features: Int
  /// Whether 3 × 3 convolutions may go by Winograd's algorithm.
  var usesWinograd = true
  /// The most that is used of what the processor has.
  var instructionSet = InstructionSet.widest

  /// The limits for the instruction set in use; nil where the library always wins.
  static var fastest: FewChannelLimits? {
    switch String(cString: vk_instruction_set()) {
    case "AVX-512":
      FewChannelLimits(
        group: 16, waste: 120, channelPairs: 2048, denseWeights: 1 << 18, images: 8, features: 16384)
    case "AVX2":
      FewChannelLimits(
        group: 8, waste: 120, channelPairs: 1024, denseWeights: 1 << 17, images: 8, features: 12288,
        usesWinograd: false)
    default: nil
    }
  }

  /// No limits but those of the kernels themselves, on one instruction set.
  package static func unlimited(_ instructionSet: InstructionSet) -> FewChannelLimits {
    FewChannelLimits(
      group: 1, waste: 0, channelPairs: 1 << 20, denseWeights: 1 << 24, images: 1, features: 1 << 20,
      instructionSet: instructionSet)
  }

  /// Whether a convolution of these shapes is one for the few-channel kernels.
  func allow(_ geometry: ConvolutionGeometry, input: Shape, weights: Shape) -> Bool {
    guard geometry.rank == 2, geometry.groups == 1, input.rank == 4, weights.rank == 4, fits(input) else {
      return false
    }
    let pairs = weights[0] * weights[1]
    let computed = weights.dimensions.prefix(2).reduce(1) { $0 * (($1 + group - 1) / group * group) }
    let block = Self.blockImages(for: input[0])
    let lanes = (input[0] + block - 1) / block * block
    return pairs <= channelPairs && computed * input[0] * 100 >= pairs * lanes * waste && weights[2] <= 15
      && weights[3] <= 15
      && geometry.strides.allSatisfy { $0 <= 8 } && geometry.dilations.allSatisfy { $0 <= 8 }
      && (geometry.before + geometry.after).allSatisfy { $0 <= 15 }
  }

  /// Whether a fully connected layer of these shapes is one.
  func allow(denseInput: Shape, weights: Shape) -> Bool {
    weights.rank == 2 && weights.elementCount <= denseWeights && fits(denseInput)
  }

  /// Whether so many images are worth a block, and a block of them is of a size that caches hold.
  func fits(_ shape: Shape) -> Bool {
    // One block is computed by one thread: while it works on large images the others wait.
    let most = shape.isEmpty || shape[0] > Self.blockImages(for: shape[0]) ? features : features / 2
    return !shape.isEmpty && shape[0] >= images && shape.elementCount / shape[0] <= most
  }

  /// The images of a block: few are halved, so that there is one for another thread.
  static func blockImages(for images: Int) -> Int { images <= 16 ? 8 : 16 }
}
