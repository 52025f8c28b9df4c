/// A bar of characters that shows how far work has come.
package struct ProgressBar: Sendable {
  /// Whether the terminal shows line-drawing characters; otherwise `#` and `-`.
  package let isUnicode: Bool

  /// Makes a bar.
  package init(isUnicode: Bool = true) { self.isUnicode = isUnicode }

  /// The bar alone, `width` columns; `share` is kept within 0…1.
  package func bar(_ share: Double, width: Int) -> String {
    let width = max(0, min(1000, width))
    let share = share.isFinite ? max(0, min(1, share)) : 0
    let halves = Int((share * Double(2 * width)).rounded(.down))
    let full = halves / 2
    guard isUnicode else {
      return String(repeating: "#", count: full) + String(repeating: "-", count: width - full)
    }
    let half = halves % 2 == 1 ? "╸" : ""
    return String(repeating: "━", count: full) + half
      + String(repeating: "─", count: width - full - half.count)
  }

  /// A line of text that fits `columns`: label, bar, details; the bar shrinks first, then the details are cut.
  package func line(_ label: String, _ share: Double, _ details: String, columns: Int) -> String {
    let texts = TextWidth.columns(label) + TextWidth.columns(details) + 2
    let width = min(30, columns - texts)
    let line = width >= 5 ? "\(label) \(bar(share, width: width)) \(details)" : "\(label) \(details)"
    return TextWidth.columns(line) <= columns ? line : TextWidth.fit(line, to: max(0, columns))
  }

  /// A duration as people say it: `40 µs`, `4.2 ms`, `83 ms`, `8.3 s`, `2 min 05 s`, `1 h 12 min`.
  package static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
    let pad = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    func withTenth(_ number: Double) -> String {
      let tenths = Int((number * 10).rounded())
      return "\(tenths / 10).\(tenths % 10)"
    }
    if seconds == 0 { return "0 s" }
    if seconds < 0.0009995 { return "\(Int((seconds * 1e6).rounded())) µs" }
    if seconds < 0.00995 { return "\(withTenth(seconds * 1000)) ms" }
    if seconds < 0.0995 { return "\(Int((seconds * 1000).rounded())) ms" }
    if seconds < 9.95 { return "\(withTenth(seconds)) s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(pad(whole % 60)) s" }
    return "\(whole / 3600) h \(pad(whole % 3600 / 60)) min"
  }
}
