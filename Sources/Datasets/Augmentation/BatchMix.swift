import Foundation
import TensorRuntime

/// Mixing the images of a batch with each other, so that labels become shares of two classes.
package enum BatchMix: Sendable, Hashable {
  /// Two whole images are blended (Zhang and others 2017); the number shapes how evenly: 0.2 is usual.
  case mixup(Float)
  /// A rectangle of one image is put into another (Yun and others 2019), its area drawn evenly.
  case cutmix

  /// Mixes a batch of images, [N, C, H, W], in place.
  ///
  /// Returns for each image the place of its partner and the share that is still its own: the loss is
  /// `share * loss(own label) + (1 - share) * loss(partner's label)`.
  package func apply(
    to batch: UnsafeMutableBufferPointer<Float>, count: Int, shape: [Int], random: Philox
  ) -> (partners: [Int], shares: [Float]) {
    let size = shape.reduce(1, *)
    guard shape.count == 3, count > 0, batch.count == count * size else {
      return (Array(0..<count), [Float](repeating: 1, count: count))
    }
    let partners = random.permutation(count)
    let old = Array(batch)
    var draws = Draws(Philox(seed: random.seed, stream: ~random.stream), sample: 0)
    let shares = (0..<count).map { index -> Float in
      let (own, other) = (index * size, partners[index] * size)
      switch self {
      case .mixup(let alpha):
        // A power of an even draw, pushed to the ends by a small alpha: the course of Beta(alpha, alpha).
        let edge = 0.5 * pow(draws.uniform(), 1 / max(0.01, alpha))
        let share = 1 - edge
        for i in 0..<size { batch[own + i] = share * old[own + i] + edge * old[other + i] }
        return share
      case .cutmix:
        let (height, width) = (shape[1], shape[2])
        let side = draws.uniform().squareRoot()
        let (tall, wide) = (Int(side * Float(height)), Int(side * Float(width)))
        let (top, left) = (draws.integer(below: height - tall + 1), draws.integer(below: width - wide + 1))
        for channel in 0..<shape[0] {
          for row in top..<top + tall {
            let start = (channel * height + row) * width + left
            for i in start..<start + wide { batch[own + i] = old[other + i] }
          }
        }
        return 1 - Float(tall * wide) / Float(height * width)
      }
    }
    return (partners, shares)
  }
}
