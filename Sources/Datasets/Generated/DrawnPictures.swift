import Dispatch
import TensorRuntime

/// Pictures drawn on all threads, each a function of its number alone.
struct DrawnPictures<Extra> {
  /// All pictures' bytes, one after the other.
  let pixels: [UInt8]
  /// What is known of each.
  let extras: [Extra]

  /// Has `draw` draw each of `count` pictures into its `byteCount` bytes, which are 0 before. Throws `Interrupted`.
  ///
  /// Memory is first touched where it is drawn into: to clear gigabytes at once would keep an interrupt waiting.
  init(
    count: Int, byteCount: Int,
    draw: @escaping @Sendable (_ index: Int, _ part: UnsafeMutableBufferPointer<UInt8>) -> Extra
  ) throws {
    let cancellation = CancellationToken.current
    var found = [Extra?](repeating: nil, count: count)
    pixels = found.withUnsafeMutableBufferPointer { extras in
      nonisolated(unsafe) let results = extras
      return [UInt8](unsafeUninitializedCapacity: count * byteCount) { buffer, initialized in
        nonisolated(unsafe) let sheet = buffer
        let atOnce = 16
        DispatchQueue.concurrentPerform(iterations: (count + atOnce - 1) / atOnce) { block in
          for index in block * atOnce..<min(count, (block + 1) * atOnce) {
            if cancellation?.isCancelled == true { return }
            let part = UnsafeMutableBufferPointer(
              rebasing: sheet[index * byteCount..<(index + 1) * byteCount])
            part.initialize(repeating: 0)
            results[index] = draw(index, part)
          }
        }
        // A set that isn't whole is never seen: the check below throws.
        initialized = cancellation?.isCancelled == true ? 0 : count * byteCount
      }
    }
    try cancellation?.check()
    extras = found.compactMap { $0 }
  }
}
