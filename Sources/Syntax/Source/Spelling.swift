/// Finds what somebody may have meant by a misspelt word.
package enum Spelling {
  /// The candidate nearest to `word`, if one is near enough: at most a third of its letters differ, or a word of at
  /// least four letters is the beginning of just one.
  package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let lowered = Array(word.lowercased().unicodeScalars.prefix(64))
    var best: (candidate: String, distance: Int)?
    for candidate in candidates where candidate != word {
      let other = Array(candidate.lowercased().unicodeScalars.prefix(64))
      let limit = max(1, min(lowered.count, other.count) / 3)
      guard abs(lowered.count - other.count) <= limit else { continue }
      let distance = Spelling.distance(lowered, other)
      guard distance <= limit, distance < max(lowered.count, other.count) else { continue }
      if let found = best,
        found.distance < distance || (found.distance == distance && found.candidate <= candidate)
      {
        continue
      }
      best = (candidate, distance)
    }
    return best?.candidate ?? continuation(of: lowered, among: candidates)
  }

  private static func continuation(of word: [Unicode.Scalar], among candidates: some Sequence<String>)
    -> String?
  {
    guard word.count >= 4 else { return nil }
    let longer = Set(candidates).filter { $0.lowercased().unicodeScalars.starts(with: word) }
    return longer.count == 1 ? longer.first : nil
  }

  /// Edits between two words, where exchanging two neighbours counts as one.
  static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int]()
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
