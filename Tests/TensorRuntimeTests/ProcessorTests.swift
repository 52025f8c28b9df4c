import CPUBackend
import Foundation
import Testing

/// Which processors a process may use.
@Suite struct ProcessorTests {
  /// Writes files below a folder of its own and asks what the groups in it grant.
  private func granted(_ groups: String, _ files: [String: String]) throws -> Int? {
    let root = FileManager.default.temporaryDirectory.appending(path: "groups-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    for (path, text) in files {
      let file = root.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    return Processors.granted(by: groups, root: root.path)
  }

  @Test func aContainersLimitCounts() throws {
    #expect(try granted("0::/\n", ["cpu.max": "200000 100000\n"]) == 2)
    #expect(try granted("0::/\n", ["cpu.max": "150000 100000\n"]) == 2)
    #expect(try granted("0::/\n", ["cpu.max": "20000 100000\n"]) == 1)
    #expect(try granted("0::/\n", ["cpu.max": "max 100000\n"]) == nil)
    #expect(try granted("0::/\n", [:]) == nil)
  }

  @Test func theLeastOfAllGroupsCounts() throws {
    let files = [
      "a/cpu.max": "300000 100000", "a/b/cpu.max": "max 100000", "a/b/c/cpu.max": "800000 100000",
    ]
    #expect(try granted("0::/a/b/c", files) == 3)
    #expect(try granted("0::/other", files) == nil)
  }

  @Test func olderGroupsCount() throws {
    func files(_ quota: String) -> [String: String] {
      ["cpu,cpuacct/x/cpu.cfs_quota_us": quota, "cpu,cpuacct/x/cpu.cfs_period_us": "50000\n"]
    }
    let groups = "4:memory:/x\n3:cpu,cpuacct:/x\n0::/\n"
    #expect(try granted(groups, files("200000\n")) == 4)
    #expect(try granted(groups, files("-1\n")) == nil)
    // A container may show only the last part of the path.
    #expect(
      try granted("3:cpu:/pods/x", ["cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "100000"])
        == 1)
  }

  @Test(arguments: ["", "0::", "nonsense", "0::/\u{0}", "0::/\n0::/", "1:cpu"])
  func anyLinesAreRead(_ groups: String) throws {
    #expect(try granted(groups, ["cpu.max": "a b", "cpu/cpu.cfs_quota_us": "1e999"]) == nil)
  }

  @Test func thereIsOneAtLeast() {
    #expect(Processors.available >= 1)
    #expect(Processors.available <= ProcessInfo.processInfo.activeProcessorCount)
  }
}
