import TensorRuntime
import VectorKernels

/// When 3 × 3 convolutions go by Winograd's algorithm, F(4 × 4, 3 × 3) (Lavin and Gray 2015).
extension FewChannelLimits {
  /// Whether it takes clearly less than the direct kernel for `outputs` channels of `rows` × `columns` each.
  ///
  /// Counted in what a direct product takes: those of a tile's 36 numbers, with the registers being filled and emptied
  /// as much as five channels take, and the way of each channel's tile there and back (`docs/few-channels.md`).
  func prefersWinograd(
    _ geometry: ConvolutionGeometry, _ weights: Shape, channels: Int, outputs: Int, rows: Int, columns: Int
  )
    -> Bool
  {
    guard usesWinograd, weights[2] == 3, weights[3] == 3, geometry.strides == [1, 1],
      geometry.dilations == [1, 1]
    else { return false }
    let tiles = ((rows + 3) / 4) * ((columns + 3) / 4)
    let transformed = tiles * (36 * outputs * (channels + 5) + 200 * channels + 280 * outputs)
    return transformed + transformed / 8 < 9 * channels * outputs * rows * columns
  }
}

extension RegionBuilder {
  /// Whether Winograd's algorithm computes `y` from so many channels.
  func prefersWinograd(_ geometry: ConvolutionGeometry, _ weights: Shape, channels: Int, _ y: LaneShape)
    -> Bool
  {
    compiler.backend.fewChannelLimits?.prefersWinograd(
      geometry, weights, channels: channels, outputs: y.channels, rows: y.height, columns: y.width) ?? false
  }

  /// Makes a 3 × 3 convolution one by Winograd's algorithm: `op` reads `channels` channels from `x` on, which must hold
  /// two rows and columns more than the result. Filters are `[output, channel, 3, 3]` by their steps in `weights`,
  /// turned by half where `isTurned`.
  func useWinograd(
    _ op: inout vk_lane_op, weights: vk_lane_place, outputs: Int, channels: Int, outputStep: Int,
    channelStep: Int,
    isTurned: Bool
  ) throws {
    op.kind = Int32(VK_LANE_WINOGRAD.rawValue)
    op.taps = (Int64(channels), 1, 1)
    op.scratch = start(scratch(Int(vk_lane_winograd_scratch(Int64(channels)))))
    let slot = try compiler.scratch(outputs * channels * 36)
    var pack = vk_lane_pack()
    pack.x = vk_lane_place(slot: weights.slot, offset: weights.offset + (isTurned ? 8 : 0))
    pack.y = start(memory(of: slot, isWritten: true))
    pack.outputs = Int64(outputs)
    pack.output_step = Int64(outputStep)
    pack.counts = (Int64(channels), 9)
    pack.steps = (Int64(channelStep), isTurned ? -1 : 1)
    pack.is_winograd = 1
    add(pack)
    op.w = pack.y
  }
}
