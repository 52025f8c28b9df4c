import Foundation
import JSON

/// Everything the kernel says, in one order: status, streams, displays, replies. Any thread posts, the thread
/// that owns the sockets sends. Text for the same stream is merged while it waits, so that a flood becomes few
/// large messages.
package final class Outbox: @unchecked Sendable {
  /// What the sending thread is to do next.
  package enum Next {
    /// Send this.
    case send(Message, Channel)
    /// Wait for a wake-up, at most this many seconds.
    case wait(seconds: Double?)
  }

  private enum Entry {
    case message(Message, Channel)
    case stream(name: String, text: StreamText, parent: Message, due: Double)
  }

  /// How long text waits for more of its stream: far below what an eye notices.
  package static let holdSeconds = 0.03
  /// How much text one message carries at most; servers and browsers choke on more.
  package static let messageBytes = 512 * 1024

  private let lock = NSLock()
  private let factory: MessageFactory
  private var published: Fifo<(order: Int, entry: Entry)> = Fifo()
  private var replies: Fifo<(order: Int, entry: Entry)> = Fifo()
  private var order = 0
  private var wake: @Sendable () -> Void = {}

  /// Makes an empty queue.
  package init(factory: MessageFactory) { self.factory = factory }

  /// Sets what tells the sending thread that there is something to send.
  package func onPost(_ wake: @escaping @Sendable () -> Void) { lock.withLock { self.wake = wake } }

  /// Wakes the sending thread though nothing was posted.
  package func wakeSender() { lock.withLock { wake }() }

  /// Posts a message.
  package func post(_ message: Message, on channel: Channel) {
    let wake = lock.withLock {
      order += 1
      if channel == .iopub {
        published.append((order, .message(message, channel)))
      } else {
        replies.append((order, .message(message, channel)))
      }
      return self.wake
    }
    wake()
  }

  /// Posts text to a stream (`stdout`, `stderr`) as output of `parent`.
  package func post(_ text: [UInt8], toStream name: String, parent: Message) {
    let wake = lock.withLock { () -> (@Sendable () -> Void)? in
      let wasEmpty = published.isEmpty
      var rest = text[...]
      while !rest.isEmpty {
        let room = Self.messageBytes - appendable(name, parent)
        var piece = rest.prefix(room)
        if piece.count < rest.count { piece = piece.dropLast(UTF8Assembler.incompleteTail(of: piece)) }
        if piece.isEmpty { piece = rest.prefix(4) }
        appendToTail(piece, name, parent)
        rest = rest.dropFirst(piece.count)
      }
      return wasEmpty ? self.wake : nil
    }
    wake?()
  }

  /// How many bytes the last entry holds of this stream; a full message when it is something else.
  private func appendable(_ name: String, _ parent: Message) -> Int {
    if case .stream(name, let text, let owner, _)? = published.last?.entry, owner.id == parent.id,
      text.count < Self.messageBytes
    {
      return text.count
    }
    order += 1
    let due = monotonicSeconds() + Self.holdSeconds
    published.append((order, .stream(name: name, text: StreamText(), parent: parent, due: due)))
    return 0
  }

  private func appendToTail(_ piece: ArraySlice<UInt8>, _ name: String, _ parent: Message) {
    published.updateLast { last in
      guard case .stream(_, var text, _, let due) = last.entry else { return }
      last.entry = .message(parent, .iopub)  // lets go of the text, so that it grows in place
      text.append(piece)
      if text.count >= Self.messageBytes { text.collapse() }
      last.entry = .stream(name: name, text: text, parent: parent, due: due)
    }
  }

  /// What to do now. With `iopubIsOpen` false only replies are given out: a subscriber that doesn't keep up must
  /// not hold up who asked.
  package func next(iopubIsOpen: Bool, flushing: Bool = false) -> Next {
    lock.withLock {
      let publishedOrder = iopubIsOpen ? published.first?.order : nil
      if let reply = replies.first, reply.order < publishedOrder ?? .max {
        replies.removeFirst()
        return give(reply.entry)
      }
      guard publishedOrder != nil, let first = published.first else { return .wait(seconds: nil) }
      if case .stream(_, let text, _, let due) = first.entry, published.count == 1, !flushing,
        text.count < Self.messageBytes
      {
        let left = due - monotonicSeconds()
        if left > 0 { return .wait(seconds: left) }
      }
      published.removeFirst()
      return give(first.entry)
    }
  }

  private func give(_ entry: Entry) -> Next {
    switch entry {
    case .message(let message, let channel): return .send(message, channel)
    case .stream(let name, var text, let parent, _):
      text.collapse()
      let content: JSONObject = [
        "name": .string(name), "text": .string(String(decoding: text.bytes, as: UTF8.self)),
      ]
      return .send(factory.make("stream", content, parent: parent), .iopub)
    }
  }
}

/// A first-in-first-out list whose front is taken away in constant time.
struct Fifo<Element> {
  private var elements: [Element?] = []
  private var head = 0

  var isEmpty: Bool { head == elements.count }
  var count: Int { elements.count - head }
  var first: Element? { isEmpty ? nil : elements[head] }
  var last: Element? { isEmpty ? nil : elements[elements.count - 1] }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func updateLast(_ change: (inout Element) -> Void) {
    guard !isEmpty, var last = elements[elements.count - 1] else { return }
    elements[elements.count - 1] = nil
    change(&last)
    elements[elements.count - 1] = last
  }

  mutating func removeFirst() {
    guard !isEmpty else { return }
    elements[head] = nil
    head += 1
    if head > 64 && head * 2 > elements.count {
      elements.removeFirst(head)
      head = 0
    }
  }
}

/// Seconds on a clock that is never set.
package func monotonicSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}
