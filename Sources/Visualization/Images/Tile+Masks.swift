import ImageCodecs

extension Tile {
  /// How a mask is seen.
  package enum MaskStyle: String, CaseIterable, Sendable {
    /// Areas are tinted.
    case fill
    /// Only the outlines of areas are drawn.
    case contours
    /// Areas are tinted and outlined.
    case both
  }

  /// Class numbers of pixels laid over an image.
  struct Mask: Sendable {
    /// The class of each pixel, 0 for none.
    var numbers: [Int32] = []
    /// Which thing of its class a pixel belongs to, or empty.
    var instances: [Int32] = []
    var style = MaskStyle.fill
    /// How much of the tint is seen.
    var opacity: Float = 0.5
    var palette = MaskPalette()
    /// Whether 0 is a class to be seen too: a label map, with nothing under it.
    var coversGround = false
  }

  /// What lies under a label map, as a share of full brightness: dark, so that every class stands out.
  static let ground: Float = 0.13

  /// A label map: class numbers as colours, 0 as the ground.
  ///
  /// Throws `ImageError` when there is nothing to see or the numbers don't fit the size.
  package init(
    labels numbers: [Int32], height: Int, width: Int, caption: String = "",
    palette: MaskPalette = MaskPalette()
  ) throws {
    try self.init(
      channels: 1, height: height, width: width,
      values: [Float](repeating: Self.ground, count: max(0, numbers.count)), caption: caption)
    mask = Mask(numbers: numbers, opacity: 1, palette: palette, coversGround: true)
  }

  /// The same tile with class numbers laid over it: 0 leaves the image, others tint it. With `instances` each thing is
  /// outlined and has a shade of its class's colour.
  ///
  /// Throws `ImageError` when the mask has another size.
  package func masked(
    _ numbers: [Int32], instances: [Int32] = [], opacity: Float = 0.5, style: MaskStyle = .fill,
    palette: MaskPalette = MaskPalette()
  ) throws -> Tile {
    guard numbers.count == width * height, instances.isEmpty || instances.count == numbers.count else {
      throw ImageError("a mask of \(numbers.count) numbers over an image of \(height) x \(width)")
    }
    var copy = self
    copy.mask = Mask(
      numbers: numbers, instances: instances, style: style, opacity: opacity, palette: palette)
    return copy
  }

  /// Tints a raster by the mask, and notes the classes' characters for text. Throws what ``StopRequest`` throws.
  func tint(_ raster: inout Raster, _ theme: Theme) throws {
    guard mask.numbers.count == raster.colors.count, !mask.numbers.isEmpty else { return }
    raster.marks = [UInt8](repeating: 0, count: raster.colors.count)
    for (i, number) in mask.numbers.enumerated() {
      if i % width == 0 { try StopRequest.obey() }
      guard number != 0 else {
        if mask.coversGround { raster.marks[i] = MaskPalette.symbol(0) }
        continue
      }
      let isEdge = (mask.style != .fill || !mask.instances.isEmpty) && isEdge(i)
      if mask.style == .contours, !isEdge { continue }
      raster.marks[i] = MaskPalette.symbol(number)
      let color = shade(mask.palette.color(number, theme), of: i)
      raster.colors[i] =
        isEdge
        ? edgeColor(color) : raster.colors[i].mixed(with: color, max(0, min(1, mask.opacity)))
    }
  }

  /// Outlines around instances are dark, so that they are seen between areas of one colour.
  private func edgeColor(_ color: Color) -> Color {
    mask.instances.isEmpty ? color : color.mixed(with: Color(gray: 0), 0.6)
  }

  private func shade(_ color: Color, of i: Int) -> Color {
    guard !mask.instances.isEmpty else { return color }
    switch (mask.instances[i] % 4 + 4) % 4 {
    case 0: return color.mixed(with: Color(gray: 255), 0.4)
    case 2: return color.mixed(with: Color(gray: 255), 0.2)
    case 3: return color.mixed(with: Color(gray: 0), 0.25)
    default: return color
    }
  }

  /// Whether a neighbour above, below or beside belongs to something else.
  private func isEdge(_ i: Int) -> Bool {
    let (x, y) = (i % width, i / width)
    func differs(_ j: Int) -> Bool {
      mask.numbers[j] != mask.numbers[i]
        || (!mask.instances.isEmpty && mask.instances[j] != mask.instances[i])
    }
    return (x > 0 && differs(i - 1)) || (x + 1 < width && differs(i + 1)) || (y > 0 && differs(i - width))
      || (y + 1 < height && differs(i + width))
  }
}
