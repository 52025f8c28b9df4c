import Files
import Foundation
import TensorRuntime

/// Fetches files with `curl` or `wget` as a child process: a network library inside would double this one's memory.
package struct Fetcher {
  /// Called about ten times a second while a file comes in, and once when it is complete.
  package let progress: (FetchProgress) -> Void
  /// Stops a fetch that is under way; the part already here is kept and resumed from next time.
  package let cancellation: CancellationToken?
  private let searchPath: String

  /// Makes a fetcher; `searchPath` is where `curl` and `wget` are looked for.
  package init(
    cancellation: CancellationToken? = nil,
    searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
    progress: @escaping (FetchProgress) -> Void = { _ in }
  ) {
    (self.progress, self.cancellation, self.searchPath) = (progress, cancellation, searchPath)
  }

  /// Fetches a file into a folder and returns its path; throws `DatasetError` when no mirror has the right bytes.
  package func fetch(_ file: RemoteFile, into folder: String) throws -> String {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw DatasetError(
        "can't make the folder \(folder): \(error.localizedDescription)",
        fix: "set XDG_CACHE_HOME to another one")
    }
    let path = "\(folder)/\(file.name)"
    let part = path + ".part"
    var reasons: [String] = []
    for mirror in file.mirrors {
      if let reason = try download(mirror, to: part, expecting: file) {
        reasons.append("\(mirror): \(reason)")
        continue
      }
      guard (try? file.matches(path: part)) == true else {
        try? FileManager.default.removeItem(atPath: part)
        reasons.append("\(mirror): the bytes are not the expected ones (SHA-256 differs)")
        continue
      }
      try? FileManager.default.removeItem(atPath: path)
      try FileManager.default.moveItem(atPath: part, toPath: path)
      progress(FetchProgress(file: file.name, received: file.size, total: file.size))
      return path
    }
    throw DatasetError(
      "can't fetch \(file.name): " + reasons.joined(separator: "; "),
      fix: "put the file into \(folder) by hand, or set CNNREPL_DATA to the folder above one that has it")
  }

  /// Runs one download; returns why it failed, nil when the file is complete.
  private func download(_ address: String, to part: String, expecting file: RemoteFile) throws -> String? {
    if size(of: part) > file.size { try? FileManager.default.removeItem(atPath: part) }
    let process = Process()
    if let curl = find("curl") {
      process.executableURL = URL(fileURLWithPath: curl)
      process.arguments = [
        "--fail", "--location", "--silent", "--show-error", "--connect-timeout", "15", "--speed-limit",
        "1000",
        "--speed-time", "30", "--max-filesize", String(file.size), "--continue-at", "-", "--output", part,
        address,
      ]
    } else if let wget = find("wget") {
      process.executableURL = URL(fileURLWithPath: wget)
      process.arguments = [
        "--quiet", "--tries=1", "--timeout=30", "--continue", "--output-document=\(part)", address,
      ]
    } else {
      throw DatasetError(
        "can't fetch \(file.name): neither curl nor wget is installed", fix: "apt-get install curl")
    }
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch { return error.localizedDescription }
    // Killed, not asked: a child inherits the signals that this process blocks, SIGTERM among them.
    while process.isRunning {
      if cancellation?.isCancelled == true {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        throw Interrupted()
      }
      let received = size(of: part)
      if received > file.size { kill(process.processIdentifier, SIGKILL) }
      progress(FetchProgress(file: file.name, received: min(received, file.size), total: file.size))
      Thread.sleep(forTimeInterval: 0.1)
    }
    process.waitUntilExit()
    let text = String(decoding: errors.fileHandleForReading.availableData.prefix(300), as: UTF8.self)
    let got = size(of: part)
    if got == file.size { return nil }
    if process.terminationStatus == 0 || got > file.size {
      try? FileManager.default.removeItem(atPath: part)
      return "\(got) bytes came, wanted \(file.size)"
    }
    let line = text.split(separator: "\n").first.map(String.init)
    return line ?? "the download ended with status \(process.terminationStatus)"
  }

  private func size(of path: String) -> Int { (try? PlainFile.size(of: path)) ?? 0 }

  private func find(_ program: String) -> String? {
    searchPath.split(separator: ":").map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
