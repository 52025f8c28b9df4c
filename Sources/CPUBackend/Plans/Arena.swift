import TensorRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The memory all plans of a backend work in, one at a time: taken once, grown when a larger plan comes.
final class Arena {
  private(set) var buffer: Buffer?

  /// Memory of at least so many bytes.
  func base(for byteCount: Int) throws -> UnsafeMutableRawPointer {
    if let buffer, buffer.byteCount >= byteCount { return buffer.pointer }
    buffer = nil
    let made = try Buffer(byteCount: max(byteCount, 1 << 12), purpose: "the computation")
    #if os(Linux)
      // Large pages save a tenth and more of the time on large networks; not getting them is no error.
      if made.byteCount >= 1 << 22 {
        let page = 1 << 21
        let start = (UInt(bitPattern: made.pointer) + UInt(page - 1)) & ~UInt(page - 1)
        let skipped = Int(start - UInt(bitPattern: made.pointer))
        if let aligned = UnsafeMutableRawPointer(bitPattern: start), made.byteCount > skipped {
          _ = madvise(aligned, made.byteCount - skipped, Int32(MADV_HUGEPAGE))
        }
      }
    #endif
    buffer = made
    return made.pointer
  }

  /// Gives the memory back.
  func release() { buffer = nil }

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
