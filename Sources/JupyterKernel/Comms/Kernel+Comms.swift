import Foundation
import JSON

extension Kernel {
  /// The open comms, all or those of one target.
  func commInfo(_ content: JSONObject) -> JSONObject {
    let wanted = content["target_name"]?.stringValue
    if wanted == ControlPanel.targetName { comms.frontEndHasWidgets = true }
    var comms: JSONObject = [:]
    for (id, comm) in self.comms.all where wanted == nil || wanted == comm.targetName {
      comms[id] = ["target_name": .string(comm.targetName)]
    }
    return ["comms": .object(comms)]
  }

  /// Takes `comm_open`, `comm_msg` and `comm_close`.
  func receiveComm(_ message: Message) {
    guard let id = message.content["comm_id"]?.stringValue else { return }
    switch message.type {
    case "comm_open":
      guard message.content["target_name"]?.stringValue == WidgetControl.targetName else {
        // The front end waits for one or the other: an unknown target is closed, on iopub.
        publishComm("comm_close", id, ["data": [:]], parent: message)
        return
      }
      comms.frontEndHasWidgets = true
      comms.open(
        id, CommRegistry.Comm(targetName: WidgetControl.targetName, end: WidgetControl(comms), isLive: false))
    case "comm_msg":
      comms[id]?.end.receive(message.content["data"] ?? [:], buffers: message.buffers) { content in
        publishComm("comm_msg", id, content, parent: message)
      }
    default:
      comms.close(id)
    }
  }

  func publishComm(_ type: String, _ id: String, _ content: JSONObject, parent: Message?) {
    let content = (["comm_id": .string(id)] as JSONObject).merging(content)
    outbox.post(factory.make(type, content, parent: parent), on: .iopub)
  }
}

/// The comm by which a front end asks for the state of all widgets, after its page was loaded anew.
final class WidgetControl: CommTarget, @unchecked Sendable {
  static let targetName = "jupyter.widget.control"
  private let comms: CommRegistry

  init(_ comms: CommRegistry) { self.comms = comms }

  func receive(_ data: JSONValue, buffers: [[UInt8]], reply: (JSONObject) -> Void) {
    guard data["method"] == "request_states" else { return }
    var states: JSONObject = [:]
    for (id, comm) in comms.all {
      guard let widget = comm.end as? ControlPanel.Widget else { continue }
      let state = widget.state
      states[id] = [
        "model_name": state["_model_name"] ?? "", "model_module": state["_model_module"] ?? "",
        "model_module_version": state["_model_module_version"] ?? "", "state": .object(state),
      ]
    }
    reply(["data": ["method": "update_states", "states": .object(states), "buffer_paths": []]])
  }
}
