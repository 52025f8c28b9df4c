import Foundation

/// What a kernel that waits for its user gives back to the system.
///
/// Notebooks stay open for days, several side by side, and most of what a kernel holds then is code that only the start
/// or the last cell ran.
enum IdleMemory {
  /// How long a kernel must have had nothing to do, in seconds.
  static let pause = 1.0

  /// Lets go of the code that is mapped from files. What is needed again comes back by itself, from the system's cache
  /// of files.
  static func giveBack() {
    #if os(Linux)
      // A file of /proc states no size and comes in pieces: it has to be read to its end.
      let data = try? FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd()
      let maps = String(decoding: data ?? Data(), as: UTF8.self)
      for range in maps.split(separator: "\n").compactMap(codeRange) {
        guard let start = UnsafeMutableRawPointer(bitPattern: range.lowerBound) else { continue }
        madvise(start, Int(range.upperBound - range.lowerBound), MADV_DONTNEED)
      }
    #endif
  }

  /// The addresses of a line of `/proc/self/maps` (`7f00-7f80 r-xp 0000 fe:00 12 /lib/libx.so`) that maps code which
  /// nobody can have changed: executable, not writable, from a file.
  private static func codeRange(_ line: Substring) -> Range<UInt>? {
    let fields = line.split(separator: " ", omittingEmptySubsequences: true)
    guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { return nil }
    let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
    guard ends.count == 2, ends[0] < ends[1] else { return nil }
    return ends[0]..<ends[1]
  }
}
