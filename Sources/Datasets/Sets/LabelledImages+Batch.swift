import TensorRuntime

/// Mean and standard deviation of each channel, of values in 0…1.
package struct ChannelStatistics: Sendable, Equatable {
  /// The mean of each channel.
  package let mean: [Float]
  /// The standard deviation of each channel, over all pixels (divided by their number).
  package let std: [Float]

  /// Makes statistics from numbers, one of each per channel.
  package init(mean: [Float], std: [Float]) {
    self.mean = mean
    self.std = std
  }
}

extension LabelledImages {
  /// How many floats a batch of `batchCount` images takes.
  package func elementCount(of batchCount: Int) -> Int { batchCount * store.imageSize }

  /// Writes chosen images as floats, [N, C, H, W]: bytes divided by 255, then augmented and normalised if the set is.
  ///
  /// Throws `DatasetError` when an index lies outside or the memory is not exactly the batch's size. Returns the masks
  /// and boxes of each image, moved along with it; empty when the set has none.
  @discardableResult
  package func fill(
    _ indices: [Int], into batch: UnsafeMutableBufferPointer<Float>, epoch: Int = 0
  ) throws -> [SampleExtras] {
    let size = store.imageSize
    guard batch.count == indices.count * size, let start = batch.baseAddress else {
      if indices.isEmpty && batch.isEmpty { return [] }
      throw DatasetError("a batch of \(batch.count) numbers, wanted \(indices.count) times \(size)")
    }
    if let wrong = indices.first(where: { $0 < 0 || $0 >= count }) {
      throw DatasetError("image \(wrong) of a set of \(count), wanted 0 to \(count - 1)")
    }
    store.pixels.withUnsafeBufferPointer { pixels in
      guard let bytes = pixels.baseAddress else { return }
      for (place, index) in indices.enumerated() {
        let source = bytes + Int(rows[index]) * size
        let target = start + place * size
        for i in 0..<size { target[i] = Float(source[i]) / 255 }
      }
    }
    var extras = store.extras.isEmpty ? [] : indices.map { store.extras[Int(rows[$0])] }
    if let augmentation { augment(indices, batch, augmentation, epoch, &extras) }
    if let normalization { normalize(batch, by: normalization) }
    return extras
  }

  /// How the images of a batch are mixed when it is made, if they are.
  package var mix: BatchMix? { augmentation?.ranges.mix }

  /// Mixes a batch that ``fill(_:into:epoch:)`` made: a function of seed, epoch and the batch's samples.
  ///
  /// Returns for each image the place of its partner and the share that is still its own.
  package func mix(
    _ indices: [Int], _ batch: UnsafeMutableBufferPointer<Float>, epoch: Int
  ) -> (partners: [Int], shares: [Float]) {
    guard let augmentation, let mix = augmentation.ranges.mix, let first = indices.first else {
      return (Array(indices.indices), [Float](repeating: 1, count: indices.count))
    }
    let random = Augment.sequence(augmentation.random, epoch: epoch)
    let own = Philox(seed: random.seed, stream: random.stream ^ (UInt64(rows[first]) &+ 1) &* 0x9E37_79B9)
    return mix.apply(to: batch, count: indices.count, shape: shape, random: own)
  }

  private func augment(
    _ indices: [Int], _ batch: UnsafeMutableBufferPointer<Float>, _ augmentation: Augmentation, _ epoch: Int,
    _ extras: inout [SampleExtras]
  ) {
    let random = Augment.sequence(augmentation.random, epoch: epoch)
    let size = store.imageSize
    var none = SampleExtras()
    for (place, index) in indices.enumerated() {
      let image = UnsafeMutableBufferPointer(rebasing: batch[place * size..<(place + 1) * size])
      let row = Int(rows[index])
      if extras.isEmpty {
        augmentation.ranges.apply(to: image, shape: shape, random: random, index: row, extras: &none)
      } else {
        augmentation.ranges.apply(to: image, shape: shape, random: random, index: row, extras: &extras[place])
      }
    }
  }

  private func normalize(_ batch: UnsafeMutableBufferPointer<Float>, by statistics: ChannelStatistics) {
    guard !statistics.mean.isEmpty, !statistics.std.isEmpty else { return }
    let plane = shape[1] * shape[2]
    for number in 0..<batch.count / plane {
      let mean = statistics.mean[number % shape[0] % statistics.mean.count]
      let std = statistics.std[number % shape[0] % statistics.std.count]
      for i in number * plane..<(number + 1) * plane { batch[i] = (batch[i] - mean) / std }
    }
  }

  /// Chosen images as floats, [N, C, H, W], as ``fill(_:into:epoch:)`` makes them.
  package func floats(_ indices: [Int], epoch: Int = 0) throws -> [Float] {
    try [Float](unsafeUninitializedCapacity: elementCount(of: indices.count)) { buffer, initialized in
      let batch = UnsafeMutableBufferPointer(rebasing: buffer[0..<elementCount(of: indices.count)])
      try fill(indices, into: batch, epoch: epoch)
      initialized = batch.count
    }
  }

  /// The masks and boxes of one image, moved along with it as ``floats(_:epoch:)`` moves the image.
  package func movedExtras(_ index: Int, epoch: Int = 0) throws -> SampleExtras {
    guard augmentation != nil, !store.extras.isEmpty else { return extras(index) }
    var scratch = [Float](repeating: 0, count: store.imageSize)
    let moved = try scratch.withUnsafeMutableBufferPointer { try fill([index], into: $0, epoch: epoch) }
    return moved.first ?? SampleExtras()
  }

  /// Mean and deviation of each channel over all images, before any normalisation; exact, from byte counts.
  package var statistics: ChannelStatistics {
    let (channels, plane) = (shape[0], shape[1] * shape[2])
    var mean: [Float] = []
    var std: [Float] = []
    for channel in 0..<channels {
      var (sum, squares) = (0, 0)
      store.pixels.withUnsafeBufferPointer { pixels in
        for row in rows {
          let start = Int(row) * store.imageSize + channel * plane
          for i in start..<start + plane {
            let value = Int(pixels[i])
            sum += value
            squares += value * value
          }
        }
      }
      let number = Double(max(1, count * plane))
      let average = Double(sum) / number
      mean.append(Float(average / 255))
      std.append(Float(max(0, Double(squares) / number - average * average).squareRoot() / 255))
    }
    return ChannelStatistics(mean: mean, std: std)
  }
}
