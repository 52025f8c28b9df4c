import Foundation
import TensorRuntime
import Testing

/// What the system allows and has left, read from folders that look like `/proc` and `/sys`.
@Suite struct MemoryTests {
  private let root = NSTemporaryDirectory() + "memory-\(UUID().uuidString)"

  private func survey(_ files: [String: String]) throws -> MemorySurvey {
    for (path, text) in files {
      let url = URL(fileURLWithPath: root + path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: url, atomically: false, encoding: .utf8)
    }
    return MemorySurvey(root: root)
  }

  private let machine = [
    "/proc/meminfo": "MemTotal: 9999999999 kB\nMemFree: 100 kB\nMemAvailable: 4000000 kB\n"
  ]

  @Test func withoutGroupsTheMachineDecides() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    let survey = try survey(
      machine.merging(["/proc/self/status": "VmPeak:\t9 kB\nVmRSS:\t   2048 kB\n"]) { $1 })
    #expect(survey.available() == 4_000_000 << 10)
    #expect(survey.resident() == 2 << 20)
    #expect(survey.limit() > 0)
  }

  @Test func theTightestGroupAboveDecides() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    let survey = try survey(
      machine.merging([
        "/proc/self/cgroup": "0::/batch/job\n",
        "/sys/fs/cgroup/batch/memory.max": "\(1 << 30)\n",
        "/sys/fs/cgroup/batch/memory.current": "\(600 << 20)\n",
        "/sys/fs/cgroup/batch/memory.stat": "anon 5\ninactive_file \(100 << 20)\n",
        "/sys/fs/cgroup/batch/job/memory.max": "max\n",
        "/sys/fs/cgroup/batch/job/memory.current": "\(600 << 20)\n",
      ]) { $1 })
    #expect(survey.limit() == 1 << 30)
    #expect(survey.available() == 524 << 20)
  }

  @Test func olderGroupsAreKnownToo() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    let survey = try survey(
      machine.merging([
        "/proc/self/cgroup": "3:cpu,cpuacct:/x\n4:memory:/docker/1\n0::/\n",
        // A container sees its own group where the topmost stands.
        "/sys/fs/cgroup/memory/memory.limit_in_bytes": "\(256 << 20)\n",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes": "\(300 << 20)\n",
        "/sys/fs/cgroup/memory/memory.stat": "inactive_file 7\ntotal_inactive_file \(10 << 20)\n",
      ]) { $1 })
    #expect(survey.limit() == 256 << 20)
    #expect(survey.available() == 0)
  }

  @Test func whatDoesNotFitBesideTheOthersIsAnError() throws {
    let half = MachineMemory.limit / 2
    let first = try? Buffer(byteCount: half)
    #expect(throws: MemoryError.self) {
      try Buffer(byteCount: MachineMemory.limit - (first == nil ? 0 : half / 2))
    }
    _ = try Buffer(byteCount: 1 << 26)
  }
}
