import Foundation

extension Augment {
  /// Changes brightness, contrast and colours.
  func color(_ image: UnsafeMutableBufferPointer<Float>, channels: Int, draws: inout Draws) {
    let plane = image.count / channels
    let bright = 1 + draws.uniform(-1...1) * brightness
    let sharp = 1 + draws.uniform(-1...1) * contrast
    if brightness > 0 { for i in image.indices { image[i] *= bright } }
    if contrast > 0 {
      let mean = image.reduce(0, +) / Float(image.count)
      for i in image.indices { image[i] = (image[i] - mean) * sharp + mean }
    }
    guard channels == 3 else { return }
    let colorful = 1 + draws.uniform(-1...1) * saturation
    let turn = draws.uniform(-1...1) * hue * 2 * .pi
    if saturation > 0 || hue > 0 { turnColors(image, plane, colorful * cos(turn), colorful * sin(turn)) }
    let strengths = SIMD3(draws.bell(), draws.bell(), draws.bell()) * pcaColor
    if pcaColor > 0 {
      // Principal axes and deviations of the colours of ImageNet's training images, as published with AlexNet's
      // many reimplementations.
      let deviations = SIMD3<Float>(0.2175, 0.0188, 0.0045)
      let axes: [SIMD3<Float>] = [
        SIMD3(-0.5675, 0.7192, 0.4009), SIMD3(-0.5808, -0.0045, -0.8140), SIMD3(-0.5836, -0.6948, 0.4203),
      ]
      for channel in 0..<3 {
        let step = (axes[channel] * deviations * strengths).sum()
        for i in channel * plane..<(channel + 1) * plane { image[i] += step }
      }
    }
  }

  /// Turns and stretches the colour plane of YIQ (NTSC), which leaves the brightness alone.
  private func turnColors(
    _ image: UnsafeMutableBufferPointer<Float>, _ plane: Int, _ c: Float, _ s: Float
  ) {
    for i in 0..<plane {
      let (r, g, b) = (image[i], image[plane + i], image[2 * plane + i])
      let y = 0.299 * r + 0.587 * g + 0.114 * b
      let chromaI = 0.5959 * r - 0.2746 * g - 0.3213 * b
      let chromaQ = 0.2115 * r - 0.5227 * g + 0.3112 * b
      let turnedI = c * chromaI - s * chromaQ
      let turnedQ = s * chromaI + c * chromaQ
      image[i] = y + 0.956 * turnedI + 0.619 * turnedQ
      image[plane + i] = y - 0.272 * turnedI - 0.647 * turnedQ
      image[2 * plane + i] = y - 1.106 * turnedI + 1.703 * turnedQ
    }
  }

  /// Blots out a rectangle in half of the images with one random grey.
  func blot(_ image: UnsafeMutableBufferPointer<Float>, shape: [Int], draws: inout Draws) {
    guard erase > 0, draws.chance(0.5) else { return }
    let (height, width) = (shape[1], shape[2])
    let area = draws.uniform() * erase
    let aspect = draws.uniform(0.5...2).squareRoot()
    let tall = max(1, min(height, Int(area.squareRoot() * aspect * Float(height))))
    let wide = max(1, min(width, Int(area.squareRoot() / aspect * Float(width))))
    let (top, left) = (draws.integer(below: height - tall + 1), draws.integer(below: width - wide + 1))
    let gray = draws.uniform()
    for channel in 0..<shape[0] {
      for row in top..<top + tall {
        let start = (channel * height + row) * width
        for column in left..<left + wide { image[start + column] = gray }
      }
    }
  }
}
