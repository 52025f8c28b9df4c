import TensorRuntime

/// The memory all plans of a backend work in, one at a time: taken once, grown when a larger plan comes, and given
/// back in part when none has needed most of it for long.
final class Arena {
  private(set) var buffer: Buffer?
  /// How many runs in a row needed less than a quarter of it, and the most that one of them needed.
  private var smallRuns = (count: 0, byteCount: 0)
  /// After how many such runs it shrinks, and the size below which it never does.
  private static let mostSmallRuns = 256
  private static let smallByteCount = 1 << 26

  /// Memory of at least so many bytes.
  func base(for byteCount: Int) throws -> UnsafeMutableRawPointer {
    if let buffer, buffer.byteCount >= byteCount, !isTooLarge(buffer, for: byteCount) {
      return buffer.pointer
    }
    let byteCount = max(byteCount, smallRuns.byteCount)
    smallRuns = (0, 0)
    buffer = nil
    let made = try Buffer(byteCount: max(byteCount, 1 << 12), purpose: "the computation")
    buffer = made
    return made.pointer
  }

  private func isTooLarge(_ buffer: Buffer, for byteCount: Int) -> Bool {
    guard buffer.byteCount > Self.smallByteCount, byteCount <= buffer.byteCount / 4 else {
      smallRuns = (0, 0)
      return false
    }
    smallRuns = (smallRuns.count + 1, max(smallRuns.byteCount, byteCount))
    return smallRuns.count > Self.mostSmallRuns
  }

  /// Gives the memory back.
  func release() {
    buffer = nil
    smallRuns = (0, 0)
  }

  /// Finds a place for every slot so that those in use at the same time don't overlap; returns the bytes needed.
  ///
  /// The largest are placed first, each at the lowest offset that is free for as long as it is used.
  static func place(_ slots: [Slot]) -> Int {
    var placed: [Slot] = []
    var total = 0
    let order = slots.enumerated().sorted {
      $0.element.byteCount == $1.element.byteCount
        ? $0.offset < $1.offset : $0.element.byteCount > $1.element.byteCount
    }
    for (_, slot) in order {
      let rivals = placed.filter { $0.firstStep <= slot.lastStep && slot.firstStep <= $0.lastStep }
        .sorted { $0.offset < $1.offset }
      var offset = 0
      for rival in rivals {
        if offset + slot.byteCount <= rival.offset { break }
        offset = max(offset, (rival.offset + rival.byteCount + 63) & ~63)
      }
      slot.offset = offset
      total = max(total, offset + slot.byteCount)
      placed.append(slot)
    }
    return total
  }
}
