/// Compiled plans by structure; the ones not used for longest give way.
struct PlanCache {
  /// A plan, and how it is fed where it was found by a graph's outline.
  final class Entry {
    let plan: any Plan
    let feed: PlanFeed?
    fileprivate var lastUse = 0

    init(_ plan: any Plan, feed: PlanFeed? = nil) {
      self.plan = plan
      self.feed = feed
    }
  }
  private var entries: [ProgramKey: Entry] = [:]
  /// The last ones that were wanted. A loop wants the same few again and again: comparing takes less time than hashing.
  private var recent: [(key: ProgramKey, entry: Entry)] = []
  private var nextRecent = 0
  private static let recentCount = 4
  /// The last steps' graphs.
  private var patterns: [GraphPattern] = []
  private var nextPattern = 0
  private var clock = 0
  let capacity: Int

  init(capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { entries.count }

  mutating func find(_ key: ProgramKey) -> Entry? {
    clock += 1
    for index in recent.indices where recent[index].key == key {
      recent[index].entry.lastUse = clock
      return recent[index].entry
    }
    guard let entry = entries[key] else { return nil }
    entry.lastUse = clock
    remember(entry, key)
    return entry
  }

  /// The entry of a step's graph that was met lately, and what the graph is computed from.
  mutating func find(_ results: [Tensor], _ candidates: [Parameter]) -> (Entry, GraphLeaves)? {
    for index in patterns.indices {
      guard let leaves = patterns[index].leaves(of: results, candidates) else { continue }
      clock += 1
      patterns[index].entry.lastUse = clock
      return (patterns[index].entry, leaves)
    }
    return nil
  }

  /// Keeps the graph of a step that was met twice.
  mutating func remember(_ pattern: GraphPattern) {
    if let same = patterns.firstIndex(where: { $0.entry === pattern.entry }) {
      patterns[same] = pattern
    } else if patterns.count < Self.recentCount {
      patterns.append(pattern)
    } else {
      patterns[nextPattern] = pattern
      nextPattern = (nextPattern + 1) % Self.recentCount
    }
  }

  private mutating func remember(_ entry: Entry, _ key: ProgramKey) {
    if recent.count < Self.recentCount {
      recent.append((key, entry))
    } else {
      recent[nextRecent] = (key, entry)
      nextRecent = (nextRecent + 1) % Self.recentCount
    }
  }

  mutating func insert(_ entry: Entry, for key: ProgramKey) {
    clock += 1
    entry.lastUse = clock
    entries[key] = entry
    if entries.count > capacity {
      // A quarter goes at once, so that a stream of new graphs does not search every time.
      let oldest = entries.sorted { $0.value.lastUse < $1.value.lastUse }.prefix(max(1, capacity / 4))
      for (key, _) in oldest { entries[key] = nil }
    }
    forgetRecent()
    remember(entry, key)
  }

  private mutating func forgetRecent() {
    recent = []
    nextRecent = 0
    patterns = []
    nextPattern = 0
  }

  mutating func removeAll() {
    entries = [:]
    forgetRecent()
  }
}
