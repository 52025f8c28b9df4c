import Foundation
import JSON

extension Kernel {
  /// Ends the running cell and says that the process will end.
  func shutDown(_ content: JSONObject) -> JSONObject {
    stop()
    return ["restart": .bool(content["restart"]?.boolValue ?? false)]
  }

  func deleteSubshell(_ content: JSONObject) throws -> JSONObject {
    let name = content["subshell_id"]?.stringValue ?? ""
    guard state.subshells.delete(name) else {
      throw RequestError(name: "SubshellNotFound", text: "there is no subshell '\(name)'")
    }
    return [:]
  }

  /// Memory and processor use of this process and its machine, as JupyterLab's resource display reads it.
  func usage() -> JSONObject {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let seconds =
      Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
    let resident = (pages?.dropFirst().first.flatMap { Int($0) } ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let memory = Self.machineMemory()
    let total = memory["MemTotal"] ?? 0
    let available = memory["MemAvailable"] ?? 0
    let used = max(0, total - available)
    let share = total > 0 ? Double(used) / Double(total) * 100 : 0
    return [
      "hostname": .string(Self.hostName), "pid": .integer(Int(getpid())),
      "kernel_cpu": .number(state.processorShare(usedSeconds: seconds)), "kernel_memory": .integer(resident),
      "cpu_count": .integer(processors), "host_cpu_percent": .number(Self.loadPercent(processors)),
      "host_virtual_memory": [
        "total": .integer(total), "available": .integer(available), "used": .integer(used),
        "free": .integer(memory["MemFree"] ?? 0), "percent": .number((share * 10).rounded() / 10),
      ],
    ]
  }

  /// The machine's own name for itself; asking the network for it could take seconds.
  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func machineMemory() -> [String: Int] {
    let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
    var bytes: [String: Int] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(whereSeparator: { $0 == ":" || $0 == " " })
      if parts.count >= 2, let amount = Int(parts[1]) { bytes[String(parts[0])] = amount << 10 }
    }
    return bytes
  }

  private static func loadPercent(_ processors: Int) -> Double {
    var loads = [0.0]
    guard getloadavg(&loads, 1) == 1 else { return 0 }
    return min(100, (loads[0] / Double(processors) * 1_000).rounded() / 10)
  }
}

/// The subshells: names under which a front end asks while a cell runs.
final class Subshells: @unchecked Sendable {
  private let lock = NSLock()
  private var names: [String] = []

  var all: [String] { lock.withLock { names } }
  func contains(_ name: String) -> Bool { lock.withLock { names.contains(name) } }

  func create() -> String {
    let name = UUID().uuidString.lowercased()
    lock.withLock { names.append(name) }
    return name
  }

  func delete(_ name: String) -> Bool {
    lock.withLock {
      guard let index = names.firstIndex(of: name) else { return false }
      names.remove(at: index)
      return true
    }
  }
}
