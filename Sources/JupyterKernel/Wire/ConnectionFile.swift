import Foundation
import JSON

/// Why the kernel can't be reached the way it was asked to be.
package struct ConnectionError: Error, CustomStringConvertible {
  /// What is wrong.
  package var description: String

  /// Makes an error.
  package init(_ description: String) { self.description = description }
}

/// Where the sockets are bound and how messages are signed: the file a launcher hands to the kernel.
package struct ConnectionInfo: Sendable, Equatable {
  /// `tcp` or `ipc`.
  package var transport = "tcp"
  /// The address to bind, or the path in front of `-port` for `ipc`.
  package var ip = "127.0.0.1"
  /// The port of each socket; 0 lets the system choose.
  package var ports: [String: Int] = [:]
  /// The key that messages are signed with; empty for none.
  package var key = ""
  /// How messages are signed.
  package var signatureScheme = "hmac-sha256"
  /// The name of the kernel, kept for those who read the file.
  package var kernelName: String?

  /// The five sockets as the file names their ports.
  package static let sockets = ["shell", "iopub", "stdin", "control", "hb"]

  /// Makes a description with all ports left to the system.
  package init() {}

  /// Reads the members of a connection file.
  package init(_ object: JSONObject) throws {
    transport = object["transport"]?.stringValue ?? transport
    guard ["tcp", "ipc"].contains(transport) else {
      throw ConnectionError("transport '\(transport)' is not known; it is tcp or ipc")
    }
    ip = object["ip"]?.stringValue ?? ip
    key = object["key"]?.stringValue ?? ""
    signatureScheme = object["signature_scheme"]?.stringValue ?? signatureScheme
    kernelName = object["kernel_name"]?.stringValue
    for socket in Self.sockets {
      guard let value = object["\(socket)_port"] else { continue }
      guard let port = value.intValue, (0...65_535).contains(port) else {
        throw ConnectionError("\(socket)_port is \(value.serialized()), a port number is wanted")
      }
      ports[socket] = port
    }
  }

  /// The address of a socket as ZeroMQ writes it; port 0 lets the system choose.
  package func endpoint(_ socket: String) -> String {
    let port = ports[socket] ?? 0
    if transport == "ipc" { return "ipc://\(ip)-\(port)" }
    return "tcp://\(ip.contains(":") ? "[\(ip)]" : ip):\(port == 0 ? "*" : String(port))"
  }

  /// The members of a connection file.
  package var json: JSONObject {
    var object: JSONObject = [:]
    for socket in Self.sockets { object["\(socket)_port"] = .integer(ports[socket] ?? 0) }
    object["ip"] = .string(ip)
    object["key"] = .string(key)
    object["transport"] = .string(transport)
    object["signature_scheme"] = .string(signatureScheme)
    if let kernelName { object["kernel_name"] = .string(kernelName) }
    return object
  }
}

/// What the file given to the kernel asks for.
package enum ConnectionFile: Sendable, Equatable {
  /// Bind these ports.
  case bind(ConnectionInfo)
  /// Choose ports and tell them to the launcher (protocol 5.6): no two kernels can want the same port.
  case register(kernelID: String, address: String, ConnectionInfo)

  /// Reads the file at `path`.
  package static func read(_ path: String) throws -> ConnectionFile {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConnectionError("can't read connection file '\(path)'")
    }
    let value: JSONValue
    do {
      value = try JSONValue.parse(Array(data), limits: JSONLimits(bytes: 1 << 20))
    } catch {
      throw ConnectionError("connection file '\(path)': \(error)")
    }
    guard let object = value.objectValue else {
      throw ConnectionError("connection file '\(path)' holds no JSON object")
    }
    return try ConnectionFile(object)
  }

  init(_ object: JSONObject) throws {
    var info = try ConnectionInfo(object)
    guard let port = object["registration_port"] else {
      if let missing = ConnectionInfo.sockets.first(where: { info.ports[$0] == nil }) {
        throw ConnectionError("connection file has no \(missing)_port")
      }
      self = .bind(info)
      return
    }
    guard let port = port.intValue, (1...65_535).contains(port) else {
      throw ConnectionError("registration_port is \(port.serialized()), a port number is wanted")
    }
    let address = object["registration_ip"]?.stringValue ?? "127.0.0.1"
    info.ports = [:]
    self = .register(
      kernelID: object["kernel_id"]?.stringValue ?? "",
      address: "tcp://\(address.contains(":") ? "[\(address)]" : address):\(port)", info)
  }

  /// Where Jupyter's tools look for the connection files of running kernels.
  package static func runtimePath(kernelID: String) -> String {
    let environment = ProcessInfo.processInfo.environment
    let folder =
      environment["JUPYTER_RUNTIME_DIR"]
      ?? (environment["XDG_DATA_HOME"] ?? NSHomeDirectory() + "/.local/share") + "/jupyter/runtime"
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let name = kernelID.isEmpty ? String(getpid()) : kernelID
    return folder + "/kernel-" + String(name.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" })
      + ".json"
  }

  /// Writes a file that others can connect by, readable by its owner alone.
  package static func write(_ info: ConnectionInfo, to path: String) throws {
    let text = JSONValue.object(info.json).serializedBytes(JSONStyle(indent: 2))
    unlink(path)
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_TRUNC, 0o600)
    guard file >= 0 else { throw ConnectionError("can't write connection file '\(path)': \(errnoText())") }
    defer { close(file) }
    guard text.withUnsafeBytes({ Foundation.write(file, $0.baseAddress, $0.count) }) == text.count else {
      throw ConnectionError("can't write connection file '\(path)': \(errnoText())")
    }
  }
}

/// The text of the last system error.
package func errnoText() -> String { String(cString: strerror(errno)) }
