import Foundation
import Interpreter
import JSON
import TensorRuntime

/// The output of one cell as messages: what the interpreter shows, and what C libraries print meanwhile.
final class CellOutput: ControllableSink, @unchecked Sendable {
  typealias ControlChange = @Sendable (String, Double) -> Void

  let capabilities: SinkCapabilities
  private let parent: Message
  private let factory: MessageFactory
  private let outbox: Outbox
  private let isSilent: Bool
  private let drainNative: @Sendable () -> Void
  private let askUser: (String, Bool) throws -> String
  /// Shows controls of this cell's work; set by the kernel, which owns the comms behind them.
  var showControls: (([LiveControl], @escaping ControlChange) -> (() -> Void)?)?
  private let lock = NSLock()
  private var overflow: OverflowFile

  init(
    parent: Message, factory: MessageFactory, outbox: Outbox, limit: Int, isSilent: Bool, canAsk: Bool,
    drainNative: @escaping @Sendable () -> Void, askUser: @escaping (String, Bool) throws -> String
  ) {
    self.parent = parent
    self.factory = factory
    self.outbox = outbox
    self.isSilent = isSilent
    self.drainNative = drainNative
    self.askUser = askUser
    overflow = OverflowFile(limit: limit)
    capabilities = SinkCapabilities(
      progress: .display, columns: 100, showsPictures: true, colors: true, canAsk: canAsk)
  }

  func write(_ text: String, to stream: StandardStream) {
    drainNative()
    post(Array(text.utf8), to: stream.rawValue)
  }

  /// Takes text for a stream from any thread; over the limit it goes to a file instead.
  func post(_ text: [UInt8], to stream: String) {
    guard !isSilent, !text.isEmpty else { return }
    let (shown, notice) = lock.withLock { overflow.admit(text) }
    if !shown.isEmpty { outbox.post(shown, toStream: stream, parent: parent) }
    if let notice { outbox.post(Array(notice.utf8), toStream: "stderr", parent: parent) }
  }

  func display(_ bundle: MIMEBundle, id: String?) {
    publish("display_data", bundle, id: id)
  }

  func update(_ bundle: MIMEBundle, id: String) {
    publish("update_display_data", bundle, id: id)
  }

  func clear(wait: Bool) {
    publish("clear_output", ["wait": .bool(wait)])
  }

  func ask(prompt: String, hidden: Bool) throws -> String {
    drainNative()
    return try askUser(prompt, hidden)
  }

  func offerControls(_ controls: [LiveControl], changed: @escaping ControlChange) -> (() -> Void)? {
    isSilent ? nil : showControls?(controls, changed)
  }

  /// Publishes a message of this cell after the text written before it.
  func publish(_ type: String, _ content: JSONObject) {
    drainNative()
    guard !isSilent else { return }
    outbox.post(factory.make(type, content, parent: parent), on: .iopub)
  }

  private func publish(_ type: String, _ bundle: MIMEBundle, id: String?) {
    var content = bundle.messageContent
    content["transient"] = .object(id.map { ["display_id": .string($0)] } ?? [:])
    publish(type, content)
  }
}

extension MIMEBundle {
  /// The bundle as `data` and `metadata` of a message.
  var messageContent: JSONObject {
    var data: JSONObject = [:]
    for (type, content) in forms {
      switch content {
      case .text(let text): data[type] = .string(text)
      case .bytes(let bytes): data[type] = .string(Data(bytes).base64EncodedString())
      case .json(let value): data[type] = value
      }
    }
    var metadata: JSONObject = [:]
    for (type, size) in pictureSizes.sorted(by: { $0.key < $1.key }) {
      metadata[type] = ["width": .integer(size.width), "height": .integer(size.height)]
    }
    return ["data": .object(data), "metadata": .object(metadata)]
  }
}
