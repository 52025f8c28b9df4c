/// Going through earlier entries with the arrow keys; with something typed, through those that begin with it.
package struct Recalling {
  /// Which way to go.
  package enum Direction {
    case earlier
    case later
  }

  private var entries: [String] = []
  /// The entry shown, an index into `entries`; `entries.count` stands for what was typed.
  private var place = 0
  private var typed = EditedText("")
  private var shown: String?

  /// Makes a memory without entries.
  package init() {}

  /// Adds an entry, unless it repeats the last one.
  package mutating func add(_ entry: String) {
    if entries.last != entry { entries.append(entry) }
    shown = nil
  }

  /// The entry to show instead of `current`, `nil` if there is none that way.
  package mutating func step(_ direction: Direction, from current: EditedText) -> String? {
    if shown == nil || shown != current.text {
      typed = current
      place = entries.count
    }
    let start = typed.textBefore
    switch direction {
    case .earlier:
      guard let found = entries[..<place].lastIndex(where: { $0.hasPrefix(start) && $0 != current.text })
      else {
        return nil
      }
      place = found
    case .later:
      guard place < entries.count else { return nil }
      let later = entries[(place + 1)...].firstIndex { $0.hasPrefix(start) && $0 != current.text }
      place = later ?? entries.count
    }
    let entry = place < entries.count ? entries[place] : typed.text
    shown = entry
    return entry
  }
}
