import Foundation
import Interpreter
import JSON

/// Controls of running work as Jupyter widgets: a row of buttons and sliders, gone when the work is done.
final class ControlPanel: @unchecked Sendable {
  /// A widget: its comm and its state as the front end has it.
  final class Widget: CommTarget, @unchecked Sendable {
    let id = UUID().uuidString.lowercased()
    private let lock = NSLock()
    private var current: JSONObject
    private let changed: @Sendable (JSONValue) -> Void

    init(_ state: JSONObject, changed: @escaping @Sendable (JSONValue) -> Void = { _ in }) {
      current = state
      self.changed = changed
    }

    var state: JSONObject { lock.withLock { current } }
    var reference: JSONValue { .string("IPY_MODEL_\(id)") }

    func receive(_ data: JSONValue, buffers: [[UInt8]], reply: (JSONObject) -> Void) {
      switch data["method"]?.stringValue {
      case "update":
        let update = data["state"]?.objectValue ?? [:]
        lock.withLock { current = current.merging(update) }
        reply(["data": ["method": "echo_update", "state": .object(update), "buffer_paths": []]])
        if let value = update["value"] { changed(value) }
      case "request_state":
        reply(["data": ["method": "update", "state": .object(state), "buffer_paths": []]])
      case "custom" where data["content"]?["event"] == "click":
        changed(true)
      default: break
      }
    }
  }

  let widgets: [Widget]
  /// The widget that holds the others.
  let root: Widget

  init(_ controls: [LiveControl], changed: @escaping @Sendable (String, Double) -> Void) {
    var made: [Widget] = []
    func add(_ widget: Widget) -> Widget {
      made.append(widget)
      return widget
    }
    let layout = add(Widget(Self.model("Layout", view: "LayoutView", module: "base")))
    var children: [JSONValue] = []
    for control in controls {
      var look = Self.model(Self.style(of: control.kind), view: "StyleView", viewModule: "base")
      if case .logarithmicSlider = control.kind { look["description_width"] = "initial" }
      let style = add(Widget(look))
      var state = Self.state(of: control)
      state["layout"] = layout.reference
      state["style"] = style.reference
      let widget = Widget(state) { value in
        let number = value.boolValue.map { $0 ? 1.0 : 0.0 } ?? value.doubleValue
        if let number { changed(control.name, number) }
      }
      children.append(add(widget).reference)
    }
    var box = Self.model("HBox", view: "HBoxView")
    box["children"] = .array(children)
    box["layout"] = layout.reference
    root = add(Widget(box))
    widgets = made
  }

  private static func style(of kind: LiveControl.Kind) -> String {
    switch kind {
    case .toggle: "ToggleButtonStyle"
    case .button: "ButtonStyle"
    case .logarithmicSlider: "SliderStyle"
    }
  }

  private static func state(of control: LiveControl) -> JSONObject {
    var state: JSONObject
    switch control.kind {
    case .toggle:
      state = model("ToggleButton", view: "ToggleButtonView")
      state["value"] = false
    case .button:
      state = model("Button", view: "ButtonView")
    case .logarithmicSlider(let value, let range):
      state = model("FloatLogSlider", view: "FloatLogSliderView")
      state["value"] = .number(value)
      state["base"] = 10
      state["min"] = .number(log10(max(range.lowerBound, .leastNormalMagnitude)))
      state["max"] = .number(log10(max(range.upperBound, .leastNormalMagnitude)))
      state["step"] = 0.05
      state["readout_format"] = ".2e"
      state["continuous_update"] = false
    }
    state["description"] = .string(control.label)
    return state
  }

  private static func model(
    _ name: String, view: String, module: String = "controls", viewModule: String? = nil
  ) -> JSONObject {
    [
      "_model_module": .string("@jupyter-widgets/\(module)"), "_model_module_version": "2.0.0",
      "_model_name": .string("\(name)Model"),
      "_view_module": .string("@jupyter-widgets/\(viewModule ?? module)"),
      "_view_module_version": "2.0.0", "_view_name": .string(view),
    ]
  }
}

extension Kernel {
  /// Shows a panel as output of a cell; returns what takes it away. `nil` when no front end has shown that it knows
  /// widgets: others would print what they can't draw.
  func show(
    _ controls: [LiveControl], in output: CellOutput, of cell: Message,
    changed: @escaping @Sendable (String, Double) -> Void
  ) -> (() -> Void)? {
    guard comms.frontEndHasWidgets, !controls.isEmpty else { return nil }
    let panel = ControlPanel(controls, changed: changed)
    for widget in panel.widgets {
      comms.open(widget.id, CommRegistry.Comm(targetName: ControlPanel.targetName, end: widget, isLive: true))
      var open = factory.make(
        "comm_open",
        [
          "comm_id": .string(widget.id), "target_name": .string(ControlPanel.targetName),
          "data": ["state": .object(widget.state), "buffer_paths": []],
        ], parent: cell)
      open.metadata = ["version": "2.1.0"]
      outbox.post(open, on: .iopub)
    }
    let display = "controls-\(panel.root.id)"
    let view: JSONValue = ["model_id": .string(panel.root.id), "version_major": 2, "version_minor": 0]
    output.display(
      MIMEBundle([
        ("application/vnd.jupyter.widget-view+json", .json(view)),
        ("text/plain", .text(controls.map { "[\($0.label)]" }.joined(separator: " "))),
      ]), id: display)
    return { [self] in
      // Nothing of it stays in the saved notebook: a picture of controls that no longer do anything.
      output.update(MIMEBundle(text: ""), id: display)
      for widget in panel.widgets where comms.close(widget.id) {
        publishComm("comm_close", widget.id, ["data": [:]], parent: cell)
      }
    }
  }
}

extension ControlPanel {
  /// The comm target of all widgets.
  static let targetName = "jupyter.widget"
}
