import Foundation
import Visualization

/// Numbers of a loop as it runs: a display updated in place, a line that is drawn over, or a few lines of a log.
final class LiveDisplay {
  /// Seconds between updates: often enough to watch, rarely enough for a browser.
  private static let interval = 0.25
  /// Seconds after which a log gets a line in any case.
  private static let logInterval = 30.0

  private let id = "live-\(UUID().uuidString)"
  private var curves: [LiveCurve] = []
  private var remark = ""
  private var step = 0
  private var isShown = false
  /// The step that was last shown, and when.
  private var shown = (step: 0, time: Date.distantPast)
  private let begin = Date()
  private let style: FigureStyle

  /// Makes a display whose curves are drawn in a session's style.
  init(style: FigureStyle) { self.style = style }

  /// Takes the numbers of one more step, and shows them when it is time to.
  func add(_ values: [(name: String, value: Double)], remark: String = "", to sink: any OutputSink) {
    step += 1
    self.remark = remark
    for (name, value) in values {
      if let index = curves.firstIndex(where: { $0.name == name }) {
        curves[index].append(value)
      } else {
        var curve = LiveCurve(name)
        curve.append(value)
        curves.append(curve)
      }
    }
    let waited = Date().timeIntervalSince(shown.time)
    let isDue =
      sink.capabilities.progress == .log
      ? Self.isMilestone(step) || (isShown && waited >= Self.logInterval) : waited >= Self.interval
    if isDue { show(on: sink) }
  }

  /// Shows the last numbers, where they were not shown yet.
  func finish(on sink: any OutputSink) {
    if step > shown.step { show(on: sink) }
  }

  /// 1, 2, 5, 10, 20, 50, …: few lines however long the loop.
  private static func isMilestone(_ step: Int) -> Bool {
    var rest = step
    while rest >= 10, rest % 10 == 0 { rest /= 10 }
    return [1, 2, 5].contains(rest)
  }

  private func show(on sink: any OutputSink) {
    shown = (step, Date())
    let front = sink.capabilities
    if front.progress == .log { sink.log(line(columns: 160) + "\n") }
    // A log of text alone has its lines; where pictures are seen it also has one display with the curves.
    guard front.progress != .log || front.updatesPictures else { return isShown = true }
    let bundle = front.updatesPictures ? picture() : MIMEBundle(text: line(columns: front.columns))
    if isShown { sink.update(bundle, id: id) } else { sink.display(bundle, id: id) }
    isShown = true
  }

  /// `step 1,234: D 0.6931, G 1.2040 (31 steps/s)`
  private func line(columns: Int) -> String {
    let numbers = curves.map { "\($0.name) \(TrainingText.number($0.last))" }.joined(separator: ", ")
    let seconds = Date().timeIntervalSince(begin)
    let rate = seconds > 1 ? String(format: " (%.3g steps/s)", Double(step) / seconds) : ""
    let text = "step \(TrainingText.count(step)): \(numbers)\(remark.isEmpty ? "" : ", " + remark)\(rate)"
    let room = max(20, columns - 1)
    return text.count > room ? text.prefix(room - 1) + "…" : text
  }

  private func picture() -> MIMEBundle {
    let text = line(columns: .max)
    var forms: [(type: String, content: MIMEBundle.Content)] = []
    if step > 1, let png = try? chart.figure().png() {
      let data = Data(png).base64EncodedString()
      let image =
        "<img alt=\"the numbers of each step\" width=\"\(chart.width)\" src=\"data:image/png;base64,\(data)\">"
      forms.append(("text/html", .text("<div>\(Figure.escaped(text))</div>\(image)")))
    }
    return MIMEBundle(forms + [("text/plain", .text(text))])
  }

  private var chart: Chart {
    let series = curves.map { Chart.Series($0.name, x: $0.places, y: $0.means) }
    var chart = Chart("", over: "step", yLabel: "", series: series)
    (chart.width, chart.height) = (480, 240)
    chart.theme = style.theme
    return chart
  }
}
