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
  }

  mutating func removeAll() {
    entries = [:]
    forgetRecent()
  }
}
