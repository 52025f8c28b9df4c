import Foundation
import JSON

/// One thing shown, in every form it has: MIME type to content, `text/plain` always among them.
package struct MIMEBundle: Sendable {
  /// One form of a shown thing.
  package enum Content: Sendable {
    /// Text as it is (`text/plain`, `text/html`, `image/svg+xml`, …).
    case text(String)
    /// Bytes that a message carries as base64 (`image/png`).
    case bytes([UInt8])
    /// A JSON document (`application/json` and `…+json` types).
    case json(JSONValue)
  }

  /// The forms in order of preference, best first.
  package var forms: [(type: String, content: Content)]
  /// Width and height in CSS pixels for pictures, by MIME type.
  package var pictureSizes: [String: (width: Int, height: Int)] = [:]

  /// Makes a bundle from its forms.
  package init(_ forms: [(type: String, content: Content)]) { self.forms = forms }
  /// Makes a bundle of plain text alone.
  package init(text: String) { forms = [("text/plain", .text(text))] }

  /// The `text/plain` form, empty when there is none.
  package var plainText: String {
    for case ("text/plain", .text(let text)) in forms { return text }
    return ""
  }
}

/// Which standard stream a text goes to.
package enum StandardStream: String, Sendable {
  case stdout
  case stderr
}

/// What a front end can show, so that progress and figures take the right form.
package struct SinkCapabilities: Sendable {
  /// How work under way is shown.
  package enum Progress: Sendable {
    /// One line that rewrites itself (a terminal).
    case line
    /// One display updated in place, at most 4 times a second (a notebook).
    case display
    /// A plain line now and then (logs, CI, pipes).
    case log
  }

  /// How work under way is shown.
  package var progress: Progress
  /// How wide text may be, in columns.
  package var columns: Int
  /// Whether pictures are seen as PNG (notebook) rather than as characters.
  package var showsPictures: Bool
  /// Whether a picture that was shown can be replaced by another.
  package var updatesPictures: Bool
  /// Whether ANSI colours are seen.
  package var colors: Bool
  /// Whether `input(…)` can ask somebody.
  package var canAsk: Bool

  /// Makes a description of a front end; one that shows pictures can replace them unless said.
  package init(
    progress: Progress, columns: Int, showsPictures: Bool, updatesPictures: Bool? = nil, colors: Bool,
    canAsk: Bool
  ) {
    self.progress = progress
    self.columns = columns
    self.showsPictures = showsPictures
    self.updatesPictures = updatesPictures ?? showsPictures
    self.colors = colors
    self.canAsk = canAsk
  }
}

/// Where a session's output goes: the one thing in which the front ends differ.
///
/// Called on the evaluation thread, in the order in which things are to be seen.
package protocol OutputSink: AnyObject {
  /// What this front end can show.
  var capabilities: SinkCapabilities { get }
  /// Writes text to a stream.
  func write(_ text: String, to stream: StandardStream)
  /// Tells how work goes, which nobody needs to know when it is over: a front end that keeps its output leaves this to
  /// its log.
  func log(_ text: String)
  /// Shows a bundle; with `id` it can be updated later.
  func display(_ bundle: MIMEBundle, id: String?)
  /// Replaces what was shown under `id`.
  func update(_ bundle: MIMEBundle, id: String)
  /// Removes the output so far; with `wait`, when the next output comes.
  func clear(wait: Bool)
  /// Asks the user for a line. Throws `Interrupted`, or an error when nobody can be asked.
  func ask(prompt: String, hidden: Bool) throws -> String
}

extension OutputSink {
  /// Writes the text like any other.
  package func log(_ text: String) { write(text, to: .stdout) }
}
