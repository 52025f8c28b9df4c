import Foundation
import JSON

/// One end of a comm: a channel for messages beside the cells, that either side may open.
package protocol CommTarget: AnyObject, Sendable {
  /// Takes what the front end sent.
  func receive(_ data: JSONValue, buffers: [[UInt8]], reply: (JSONObject) -> Void)
}

/// The comms that are open.
package final class CommRegistry: @unchecked Sendable {
  struct Comm {
    let targetName: String
    let end: any CommTarget
    /// Whether its messages may pass a running cell: those are controls of that cell.
    let isLive: Bool
  }

  private let lock = NSLock()
  private var order: [String] = []
  private var comms: [String: Comm] = [:]
  private var widgetsSeen = false

  /// Whether a front end has asked for widgets: only one that can show them does.
  var frontEndHasWidgets: Bool {
    get { lock.withLock { widgetsSeen } }
    set { lock.withLock { widgetsSeen = newValue } }
  }

  func open(_ id: String, _ comm: Comm) {
    lock.withLock {
      if comms.updateValue(comm, forKey: id) == nil { order.append(id) }
    }
  }

  @discardableResult
  func close(_ id: String) -> Bool {
    lock.withLock {
      guard comms.removeValue(forKey: id) != nil else { return false }
      order.removeAll { $0 == id }
      return true
    }
  }

  subscript(id: String) -> Comm? { lock.withLock { comms[id] } }

  /// The open comms in the order they were opened.
  var all: [(id: String, comm: Comm)] {
    lock.withLock { order.compactMap { id in comms[id].map { (id, $0) } } }
  }

  func isLive(_ message: Message) -> Bool {
    message.content["comm_id"]?.stringValue.flatMap { self[$0] }?.isLive ?? false
  }
}
