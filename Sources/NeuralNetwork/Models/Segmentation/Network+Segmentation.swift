import TensorRuntime

extension Network {
  /// U-Net (Ronneberger et al. 2015): halves the image, doubles it again, and joins each level with what it was on the
  /// way down. `[C, H, W]` to logits `[classes, H, W]`; smaller where convolutions lose their border.
  package static func unet(_ description: SegmentationNetwork, name: String? = nil, random: RandomSource)
    throws -> Network
  {
    try description.network("UNet", name: name, random: random) { build in
      var x = build.input
      var skips: [Tensor] = []
      for level in 0..<description.depth {
        x = try build.block(x, build.maps(level))
        skips.append(x)
        x = try build.pool(x)
      }
      x = try build.dropped(try build.block(x, build.maps(description.depth)))
      for level in (0..<description.depth).reversed() {
        let (up, skip) = try build.matched(try build.enlarged(x, build.maps(level)), skips[level])
        x = try build.block(try Tensor.concat([skip, up], axis: 1), build.maps(level))
      }
      return try build.convolution(x, description.classes, 1)
    }
  }

  /// Fully convolutional network (Long et al. 2015): class scores from the smallest maps, enlarged and added to those of
  /// `skips` finer levels, then enlarged to the image. `[C, H, W]` to logits `[classes, H, W]`.
  package static func fcn(
    _ description: SegmentationNetwork, skips: Int, name: String? = nil, random: RandomSource
  ) throws -> Network {
    try description.network("FCN", name: name, random: random) { build in
      var x = build.input
      var levels: [Tensor] = []
      for level in 0..<description.depth {
        x = try build.pool(try build.block(x, build.maps(level)))
        levels.append(x)
      }
      var score = try build.convolution(try build.dropped(x), description.classes, 1)
      let joined = min(max(0, skips), description.depth - 1)
      for step in 0..<joined {
        let finer = try build.convolution(levels[description.depth - 2 - step], description.classes, 1)
        let (up, skip) = try build.matched(try build.enlarged(score, description.classes, kernel: 4), finer)
        score = try up + skip
      }
      let factor = 1 << (description.depth - joined)
      let large = try build.enlarged(score, description.classes, by: factor, kernel: 2 * factor)
      return try build.matched(large, build.input).x
    }
  }

  /// An encoder and a decoder that remembers only where each window's largest number stood (SegNet, Badrinarayanan et
  /// al. 2017). `[C, H, W]` to logits `[classes, H, W]`.
  package static func segnet(_ description: SegmentationNetwork, name: String? = nil, random: RandomSource)
    throws -> Network
  {
    try description.network("SegNet", name: name, random: random) { build in
      var x = build.input
      var pooled: [Tensor] = []
      for level in 0..<description.depth {
        x = try build.block(x, build.maps(level))
        pooled.append(x)
        x = try build.pool(x)
      }
      x = try build.dropped(x)
      for level in (0..<description.depth).reversed() {
        x = try build.recorder.call(UnpoolingLayer(PoolingSettings(size: [2])), on: [x, pooled[level]])
        x = try build.block(x, build.maps(max(0, level - 1)))
      }
      return try build.convolution(x, description.classes, 1)
    }
  }
}
