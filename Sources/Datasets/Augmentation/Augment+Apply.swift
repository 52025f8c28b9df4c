import TensorRuntime

extension Augment {
  /// Changes one image of numbers in 0…1, [c, h, w], in place, and what belongs to it.
  ///
  /// `random` is the epoch's sequence and `index` the sample's number in the set. Boxes that leave the image are
  /// dropped, others cut at its edge. A box that goes around a thing of the instance mask does so again; any other goes
  /// around its own moved corners.
  package func apply(
    to image: UnsafeMutableBufferPointer<Float>, shape: [Int], random: Philox, index: Int,
    extras: inout SampleExtras
  ) {
    guard shape.count == 3, image.count == shape[0] * shape[1] * shape[2], !image.isEmpty else { return }
    var draws = Draws(random, sample: index)
    let motion = Motion(self, width: shape[2], height: shape[1], draws: &draws)
    if !motion.isIdentity {
      move(image, channels: shape[0], by: motion)
      let things = extras.things(width: motion.width)
      extras.masks = extras.masks.map { moved($0, by: motion) }
      let extents = extras.extents(width: motion.width)
      extras.boxes = zip(extras.boxes, things).compactMap { box, thing in
        guard let moved = Self.moved(box, by: motion) else { return nil }
        guard let thing else { return moved }
        // Edges that are repeated outside of the image may show it once more: only what is where it went counts.
        return extents[thing].flatMap(moved.intersection)
      }
    }
    color(image, channels: shape[0], draws: &draws)
    blot(image, shape: shape, draws: &draws)
    if noise > 0 { for i in image.indices { image[i] += noise * draws.bell() } }
    if brightness > 0 || contrast > 0 || saturation > 0 || hue > 0 || pcaColor > 0 || noise > 0 {
      for i in image.indices { image[i] = max(0, min(1, image[i])) }
    }
  }

  /// Changes one image that has neither masks nor boxes.
  package func apply(
    to image: UnsafeMutableBufferPointer<Float>, shape: [Int], random: Philox, index: Int
  ) {
    var none = SampleExtras()
    apply(to: image, shape: shape, random: random, index: index, extras: &none)
  }

  /// The sequence of one epoch of a training run.
  package static func sequence(_ random: Philox, epoch: Int) -> Philox {
    Philox(seed: random.seed, stream: random.stream ^ (UInt64(truncatingIfNeeded: epoch) &+ 1) << 32)
  }

  /// Samples between pixels by weighting the four around.
  private func move(_ image: UnsafeMutableBufferPointer<Float>, channels: Int, by motion: Motion) {
    let (width, height) = (motion.width, motion.height)
    let plane = width * height
    let old = Array(image)
    old.withUnsafeBufferPointer { old in
      for y in 0..<height {
        for x in 0..<width {
          let place = motion.source(x, y)
          let i = y * width + x
          // Inside the image, which is nearly everywhere, no neighbour needs to be looked for.
          if place.x >= 0, place.y >= 0, place.x < Float(width - 1), place.y < Float(height - 1) {
            let (column, row) = (Int(place.x), Int(place.y))
            let (a, b) = (place.x - Float(column), place.y - Float(row))
            for channel in 0..<channels {
              let corner = channel * plane + row * width + column
              let upper = old[corner] + (old[corner + 1] - old[corner]) * a
              let lower = old[corner + width] + (old[corner + width + 1] - old[corner + width]) * a
              image[channel * plane + i] = upper + (lower - upper) * b
            }
          } else {
            for channel in 0..<channels {
              let start = channel * plane
              image[start + i] = edge(
                UnsafeBufferPointer(rebasing: old[start..<start + plane]), place, motion)
            }
          }
        }
      }
    }
  }

  /// The number between pixels at a place that reaches outside.
  private func edge(_ plane: UnsafeBufferPointer<Float>, _ place: SIMD2<Float>, _ motion: Motion) -> Float {
    let limit = Float(4 * max(motion.width, motion.height))
    let low = SIMD2(place.x.rounded(.down), place.y.rounded(.down)).clamped(
      lowerBound: SIMD2(repeating: -limit), upperBound: SIMD2(repeating: limit))
    let share = place - low
    var sum: Float = 0
    for (down, vertical) in [1 - share.y, share.y].enumerated() where vertical > 0 {
      guard let row = Motion.index(Int(low.y) + down, motion.height, fill) else { continue }
      for (right, horizontal) in [1 - share.x, share.x].enumerated() where horizontal > 0 {
        guard let column = Motion.index(Int(low.x) + right, motion.width, fill) else { continue }
        sum += vertical * horizontal * plane[row * motion.width + column]
      }
    }
    return sum
  }

  /// A mask takes the number of the nearest pixel: numbers of classes can't be mixed.
  private func moved(_ mask: [UInt8], by motion: Motion) -> [UInt8] {
    guard mask.count == motion.width * motion.height else { return mask }
    let limit = Float(4 * max(motion.width, motion.height))
    return mask.indices.map { i in
      let place = motion.source(i % motion.width, i / motion.width)
      guard let x = Motion.index(Int(max(-limit, min(limit, place.x)).rounded()), motion.width, fill),
        let y = Motion.index(Int(max(-limit, min(limit, place.y)).rounded()), motion.height, fill)
      else { return 0 }
      return mask[y * motion.width + x]
    }
  }

  private static func moved(_ box: LabelledBox, by motion: Motion) -> LabelledBox? {
    // Edges of a box lie between pixels, motions are told in the middles of pixels.
    let corners = [SIMD2(0, 0), SIMD2(1, 0), SIMD2(0, 1), SIMD2(1, 1)].map { (corner: SIMD2<Float>) in
      motion.target(SIMD2(box.x, box.y) - 0.5 + corner * SIMD2(box.width, box.height)) + 0.5
    }
    let size = SIMD2(Float(motion.width), Float(motion.height))
    let low = pointwiseMax(corners.reduce(corners[0], pointwiseMin), SIMD2(repeating: 0))
    let high = pointwiseMin(corners.reduce(corners[0], pointwiseMax), size)
    guard high.x - low.x >= 1, high.y - low.y >= 1 else { return nil }
    return LabelledBox(x: low.x, y: low.y, width: high.x - low.x, height: high.y - low.y, label: box.label)
  }
}
