import Foundation

/// A sequence whose elements are made as they are asked for.
package final class LazySequence: HostObject {
  private let makeIterator: (EvaluationContext) throws -> () throws -> Value?
  package let text: String

  /// Makes a sequence; each walk through it begins with a fresh iterator.
  package init(_ text: String, _ makeIterator: @escaping (EvaluationContext) throws -> () throws -> Value?) {
    self.text = text
    self.makeIterator = makeIterator
  }

  package static let declaration = TypeDeclaration(
    "Sequence", "Values that are made one after the other, as a loop asks for them.",
    members: Library.sequenceMembers)

  package func iterator(_ context: EvaluationContext) throws -> (() throws -> Value?)? {
    try makeIterator(context)
  }
}

/// Shows how far a loop is: one line that rewrites itself, or one display updated at most four times a second.
final class ProgressMeter {
  private let label: String
  private let total: Int?
  private let sink: any OutputSink
  private let start = Date()
  private var done = -1
  private var lastShown = Date.distantPast
  private let id = UUID().uuidString
  private var isShown = false

  init(_ label: String, total: Int?, _ sink: any OutputSink) {
    self.label = label
    self.total = total
    self.sink = sink
  }

  /// Counts a finished element (the first call begins the first one).
  func step() {
    done += 1
    guard done & 15 == 0 || total.map({ $0 < 1000 }) ?? true else { return }
    guard -lastShown.timeIntervalSinceNow >= 0.25 else { return }
    show(isFinal: false)
  }

  /// Shows the end.
  func finish() {
    done += 1
    if sink.capabilities.progress != .log || isShown { show(isFinal: true) }
  }

  private func show(isFinal: Bool) {
    lastShown = Date()
    let seconds = -start.timeIntervalSinceNow
    var text = label.isEmpty ? "" : label + " "
    if let total, total > 0 {
      let filled = min(20, max(0, done * 20 / total))
      text +=
        "[" + String(repeating: "█", count: filled) + String(repeating: " ", count: 20 - filled)
        + "] \(done)/\(total)"
      if done > 0, !isFinal {
        text += ", " + Library.Family.durationText(seconds / Double(done) * Double(total - done)) + " left"
      }
    } else {
      text += "\(done)"
    }
    if isFinal { text += ", " + Library.Family.durationText(seconds) }
    switch sink.capabilities.progress {
    case .line: sink.write("\r\(text)\u{1B}[K" + (isFinal ? "\n" : ""), to: .stdout)
    case .display:
      if isShown {
        sink.update(MIMEBundle(text: text), id: id)
      } else {
        sink.display(MIMEBundle(text: text), id: id)
      }
    case .log: if isFinal || seconds > 2 { sink.write(text + "\n", to: .stdout) }
    }
    isShown = true
  }
}
