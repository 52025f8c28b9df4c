/// A rectangle around a thing in an image, with the thing's class.
package struct LabelledBox: Sendable, Hashable {
  /// Left edge in pixels.
  package let x: Float
  /// Upper edge in pixels.
  package let y: Float
  /// Width in pixels.
  package let width: Float
  /// Height in pixels.
  package let height: Float
  /// The class number.
  package let label: Int32

  /// Makes a box from its left upper corner and size.
  package init(x: Float, y: Float, width: Float, height: Float, label: Int32) {
    (self.x, self.y, self.width, self.height, self.label) = (x, y, width, height, label)
  }

  /// The part of it within another box, nil where there is none.
  func intersection(_ other: LabelledBox) -> LabelledBox? {
    let (left, top) = (max(x, other.x), max(y, other.y))
    let (right, bottom) = (min(x + width, other.x + other.width), min(y + height, other.y + other.height))
    guard right > left, bottom > top else { return nil }
    return LabelledBox(x: left, y: top, width: right - left, height: bottom - top, label: label)
  }
}

/// What one sample has besides its image, moved along with it.
package struct SampleExtras: Sendable, Equatable {
  /// Class or instance numbers of each pixel, [h, w], any number of them.
  package var masks: [[UInt8]]
  /// Boxes around things.
  package var boxes: [LabelledBox]

  /// Makes extras.
  package init(masks: [[UInt8]] = [], boxes: [LabelledBox] = []) { (self.masks, self.boxes) = (masks, boxes) }

  /// The box around each number of the instance mask, which is the second one, with rows of `width` pixels.
  func extents(width: Int) -> [UInt8: LabelledBox] {
    guard masks.count > 1, width > 0 else { return [:] }
    var edges: [UInt8: (left: Int, top: Int, right: Int, bottom: Int)] = [:]
    for (i, number) in masks[1].enumerated() where number > 0 {
      let (x, y) = (i % width, i / width)
      let old = edges[number] ?? (x, y, x, y)
      edges[number] = (min(old.left, x), min(old.top, y), max(old.right, x), max(old.bottom, y))
    }
    return edges.mapValues {
      LabelledBox(
        x: Float($0.left), y: Float($0.top), width: Float($0.right - $0.left + 1),
        height: Float($0.bottom - $0.top + 1), label: 0)
    }
  }

  /// Which number of the instance mask each box goes around, nil where it goes around none.
  func things(width: Int) -> [UInt8?] {
    let extents = boxes.isEmpty ? [:] : extents(width: width)
    return boxes.map { box in
      let same = LabelledBox(x: box.x, y: box.y, width: box.width, height: box.height, label: 0)
      return extents.filter { $0.value == same }.keys.min()
    }
  }
}
