import Foundation
import VectorKernels

/// The processors this process may use.
package enum Processors {
  /// How many there are: its affinity, or what its control groups grant where that is less; at least 1.
  package static var available: Int {
    var count = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let allowed = Int(vk_affinity_count())
    if allowed > 0 { count = min(count, allowed) }
    guard let groups = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8) else { return count }
    return min(count, granted(by: groups) ?? count)
  }

  /// How many processors' time control groups grant, rounded; `nil` where they set no limit.
  ///
  /// `groups` are the lines of `/proc/self/cgroup`, `number:controllers:path`; `root` is where the groups are mounted.
  /// A group grants no more than those it is in, so all of them are asked, also where a container shows only the last
  /// part of the path.
  package static func granted(by groups: String, root: String = "/sys/fs/cgroup") -> Int? {
    var least: Double?
    for line in groups.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let controllers = parts[1].split(separator: ",")
      let isUnified = parts[0] == "0" && controllers.isEmpty
      guard isUnified || controllers.contains("cpu") else { continue }
      let mounts = isUnified ? [root] : ["\(root)/\(parts[1])", "\(root)/cpu"]
      var path = parts[2].split(separator: "/")
      while true {
        for mount in mounts {
          let folder = ([mount] + path.map(String.init)).joined(separator: "/")
          if let quota = isUnified ? unifiedQuota(folder) : separateQuota(folder) {
            least = min(least ?? quota, quota)
          }
        }
        if path.popLast() == nil { break }
      }
    }
    return least.map { max(1, Int(min($0, 1e6).rounded())) }
  }

  /// `cpu.max` has the microseconds granted (or `max`) and of how many.
  private static func unifiedQuota(_ folder: String) -> Double? {
    let words = text(of: "\(folder)/cpu.max").split(whereSeparator: \.isWhitespace)
    guard words.count == 2 else { return nil }
    return quotient(String(words[0]), String(words[1]))
  }

  /// The older groups have a file for each of the two, and −1 for no limit.
  private static func separateQuota(_ folder: String) -> Double? {
    quotient(text(of: "\(folder)/cpu.cfs_quota_us"), text(of: "\(folder)/cpu.cfs_period_us"))
  }

  private static func text(of path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
      ?? ""
  }

  private static func quotient(_ quota: String, _ period: String) -> Double? {
    guard let quota = Double(quota), let period = Double(period), quota > 0, period > 0 else { return nil }
    return quota / period
  }
}
