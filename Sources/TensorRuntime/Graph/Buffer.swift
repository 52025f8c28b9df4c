import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a buffer's numbers are arranged: row-major, or in words only the backend understands.
package struct Layout: Hashable, Sendable {
  /// The backend's own description; empty for row-major.
  package let words: [UInt64]
  /// Row-major without gaps.
  package static let plain = Layout(words: [])

  /// Makes a layout of a backend's description.
  package init(words: [UInt64]) { self.words = words }

  /// Whether this is row-major order.
  package var isPlain: Bool { words.isEmpty }
}

/// A tensor's numbers in memory, aligned to 64 bytes. Belongs to one thread at a time, like the nodes.
package final class Buffer {
  /// Where they are.
  package let pointer: UnsafeMutableRawPointer
  /// How many bytes there are.
  package let byteCount: Int
  /// How they are arranged.
  @exclusivity(unchecked) package internal(set) var layout: Layout
  /// Tells contents apart: no two buffers share a revision, and changing the numbers of a parameter gives another.
  @exclusivity(unchecked) package private(set) var revision = Buffer.newRevision()
  private static let lastRevision = Atomic<Int>(0)

  /// Takes memory for `byteCount` bytes; throws a ``MemoryError`` that names `purpose` where there is none.
  package init(byteCount: Int, layout: Layout = .plain, purpose: @autoclosure () -> String = "a tensor")
    throws
  {
    let (padded, overflow) = max(byteCount, 1).addingReportingOverflow(63)
    guard !overflow, padded <= MachineMemory.limit else {
      throw MemoryError(purpose(), bytes: byteCount, limit: MachineMemory.limit)
    }
    try MachineMemory.promise(byteCount, purpose: purpose)
    var found: UnsafeMutableRawPointer?
    guard posix_memalign(&found, padded >= 1 << 21 ? 4096 : 64, padded & ~63) == 0, let found else {
      MachineMemory.giveBack(byteCount)
      throw MemoryError(purpose(), bytes: byteCount, limit: MachineMemory.limit)
    }
    pointer = found
    self.byteCount = byteCount
    self.layout = layout
    useLargePages()
  }

  /// Asks for large pages: they save a tenth and more of the time on large networks and where much is read only once,
  /// like a large layer's weights. Not getting them is no error.
  private func useLargePages() {
    #if os(Linux)
      guard byteCount >= 1 << 22 else { return }
      let page: UInt = 1 << 21
      let start = (UInt(bitPattern: pointer) + page - 1) & ~(page - 1)
      let skipped = Int(start - UInt(bitPattern: pointer))
      guard let aligned = UnsafeMutableRawPointer(bitPattern: start), byteCount > skipped else { return }
      _ = madvise(aligned, byteCount - skipped, Int32(MADV_HUGEPAGE))
    #endif
  }

  deinit {
    free(pointer)
    MachineMemory.giveBack(byteCount)
  }

  private static func newRevision() -> Int {
    lastRevision.wrappingAdd(1, ordering: .relaxed).newValue
  }

  /// Says that the numbers are others now: what was computed from them before is out of date.
  package func markChanged() { revision = Buffer.newRevision() }

  /// The numbers as elements of a type.
  package func elements<Element>(of type: Element.Type) -> UnsafeMutableBufferPointer<Element> {
    let count = byteCount / MemoryLayout<Element>.stride
    return UnsafeMutableBufferPointer(start: pointer.bindMemory(to: type, capacity: count), count: count)
  }
}
