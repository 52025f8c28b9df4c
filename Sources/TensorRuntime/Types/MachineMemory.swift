import Synchronization

/// How much memory this process may use: the machine's, or its container's where that is less. Memory is promised
/// before it is taken, so that what doesn't fit is an error and not the end of the process.
package enum MachineMemory {
  /// Bytes that may be used.
  package static let limit = MemorySurvey().limit()

  /// From how many bytes on it is looked up what is free: looking costs as much as a few thousand additions.
  private static let lookLimit = 1 << 25
  private static let promised = Atomic<Int>(0)

  /// Takes note that `byteCount` bytes will be used; throws a ``MemoryError`` that names `purpose` where they don't fit
  /// beside what was promised before.
  static func promise(_ byteCount: Int, purpose: () -> String) throws {
    let before = promised.wrappingAdd(byteCount, ordering: .relaxed).oldValue
    var room = max(0, limit - before)
    if byteCount >= lookLimit, byteCount <= room {
      // Memory that was promised but never written to isn't missing from what the system calls free.
      let survey = MemorySurvey()
      room = min(room, max(0, survey.available() + survey.resident() - before))
    }
    guard byteCount > room else { return }
    giveBack(byteCount)
    throw MemoryError(purpose(), bytes: byteCount, limit: room)
  }

  /// Takes note that `byteCount` bytes are no longer used.
  static func giveBack(_ byteCount: Int) { promised.wrappingSubtract(byteCount, ordering: .relaxed) }

  /// A number of bytes in the unit that reads best: `1.5 GiB`.
  package static func describe(_ bytes: Int) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1024, unit + 1 < units.count {
      value /= 1024
      unit += 1
    }
    if unit == 0 { return "\(bytes) bytes" }
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
