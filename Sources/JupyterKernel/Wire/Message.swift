import Foundation
import JSON

/// The four sockets that carry messages (the heartbeat only echoes).
package enum Channel: String, Sendable, CaseIterable {
  case shell, control, stdin, iopub
}

/// One Jupyter message, decoded.
package struct Message: Sendable {
  /// Routing frames in front of the delimiter: who asked, so that the reply finds its way back.
  package var identities: [[UInt8]] = []
  /// `msg_id`, `msg_type`, `session`, `username`, `date`, `version`, and whatever else the sender put there.
  package var header: JSONObject
  /// The whole header of the request that this message belongs to; empty when it belongs to none.
  package var parent = JSONObject()
  /// Extras that are neither header nor content.
  package var metadata = JSONObject()
  /// What the message says, by its type.
  package var content: JSONObject
  /// Binary frames after the content.
  package var buffers: [[UInt8]] = []

  /// The message's type, empty when the header has none.
  package var type: String { header["msg_type"]?.stringValue ?? "" }
  /// The message's own identifier.
  package var id: String { header["msg_id"]?.stringValue ?? "" }
  /// The subshell a request is meant for; `nil` for the main shell.
  package var subshell: String? { header["subshell_id"]?.stringValue }
}

/// Makes messages of one kernel process: own session identifier, identifiers that never repeat.
package final class MessageFactory: Sendable {
  /// The version of the protocol that headers state.
  package static let protocolVersion = "5.5"
  /// This process's session, never a client's: JupyterLab drops messages of a session that isn't the latest.
  package let session = UUID().uuidString.lowercased()
  private let user: String

  /// Makes a factory with a fresh session identifier.
  package init() { user = "kernel" }

  /// Makes a message that belongs to `parent`.
  package func make(
    _ type: String, _ content: JSONObject, parent: Message? = nil, metadata: JSONObject = [:],
    buffers: [[UInt8]] = []
  ) -> Message {
    let header: JSONObject = [
      "msg_id": .string(UUID().uuidString.lowercased()), "msg_type": .string(type),
      "session": .string(session),
      "username": .string(user), "date": .string(Self.timestamp()),
      "version": .string(Self.protocolVersion),
    ]
    return Message(
      header: header, parent: parent?.header ?? [:], metadata: metadata, content: content, buffers: buffers)
  }

  /// The time now as ISO 8601 in UTC with microseconds.
  static func timestamp() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    gmtime_r(&now.tv_sec, &parts)
    func digits(_ value: Int, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)].map { digits($0, 2) }
    let time = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { digits(Int($0), 2) }
    return date.joined(separator: "-") + "T" + time.joined(separator: ":") + "."
      + digits(Int(now.tv_nsec) / 1_000, 6) + "Z"
  }
}
