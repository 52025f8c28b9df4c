#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the system says about memory: the machine's, and that of the control groups (containers, batch jobs) this
/// process is in. Read from files as Linux has them; where there are none, only the machine's size is known.
package struct MemorySurvey {
  /// Where `/proc` and `/sys` are looked for.
  private let root: String

  /// Makes a survey; the folder is that of another system for tests.
  package init(root: String = "") { self.root = root }

  /// The least of what the machine has and the groups allow, in bytes.
  package func limit() -> Int { groups().map(\.limit).reduce(physical(), min) }

  /// What could be taken now without anything being swapped out or ended, in bytes.
  package func available() -> Int {
    let machine = fields("/proc/meminfo")["MemAvailable"].map { $0 << 10 } ?? physical()
    return groups().map { max(0, $0.limit - $0.used) }.reduce(machine, min)
  }

  /// What this process has in memory, in bytes.
  package func resident() -> Int { (fields("/proc/self/status")["VmRSS"] ?? 0) << 10 }

  private func physical() -> Int {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let pageSize = sysconf(Int32(_SC_PAGESIZE))
    return pages > 0 && pageSize > 0 ? pages.multipliedReportingOverflow(by: pageSize).partialValue : .max
  }

  /// The groups with a limit: each from the process's own up to the topmost. Files that could be given back count as
  /// unused.
  private func groups() -> [(limit: Int, used: Int)] {
    var found: [(limit: Int, used: Int)] = []
    for line in text("/proc/self/cgroup").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isUnified = parts[0] == "0" && parts[1].isEmpty
      guard isUnified || parts[1].split(separator: ",").contains("memory") else { continue }
      let mount = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      var steps = parts[2].split(separator: "/")
      while true {
        let folder = mount + steps.map { "/" + $0 }.joined()
        if let limit = number(folder + (isUnified ? "/memory.max" : "/memory.limit_in_bytes")), limit > 0 {
          let used = number(folder + (isUnified ? "/memory.current" : "/memory.usage_in_bytes")) ?? 0
          let files =
            fields(folder + "/memory.stat")[isUnified ? "inactive_file" : "total_inactive_file"] ?? 0
          found.append((limit, max(0, used - files)))
        }
        if steps.popLast() == nil { break }
      }
    }
    return found
  }

  private func number(_ path: String) -> Int? { Int(text(path).filter { !$0.isWhitespace }) }

  /// The numbers of a file of lines such as `MemAvailable:  1234 kB`.
  private func fields(_ path: String) -> [String: Int] {
    var numbers: [String: Int] = [:]
    for line in text(path).split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == ":" })
      if words.count >= 2, let number = Int(words[1]) { numbers[String(words[0])] = number }
    }
    return numbers
  }

  private func text(_ path: String) -> String {
    guard let file = fopen(root + path, "r") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
