/// Compiled plans by structure; the ones not used for longest give way.
struct PlanCache {
  /// A plan, and how it is fed where it was found by a graph's outline.
  struct Entry {
    let plan: any Plan
    var feed: PlanFeed?
    fileprivate var lastUse = 0

    init(_ plan: any Plan, feed: PlanFeed? = nil) {
      self.plan = plan
      self.feed = feed
    }
  }
  private var entries: [ProgramKey: Entry] = [:]
  private var clock = 0
  let capacity: Int

  init(capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { entries.count }

  mutating func find(_ key: ProgramKey) -> Entry? {
    guard let index = entries.index(forKey: key) else { return nil }
    clock += 1
    entries.values[index].lastUse = clock
    return entries.values[index]
  }

  mutating func insert(_ entry: Entry, for key: ProgramKey) {
    clock += 1
    entries[key] = entry
    entries[key]?.lastUse = clock
    guard entries.count > capacity else { return }
    // A quarter goes at once, so that a stream of new graphs does not search every time.
    let oldest = entries.sorted { $0.value.lastUse < $1.value.lastUse }.prefix(max(1, capacity / 4))
    for (key, _) in oldest { entries[key] = nil }
  }

  mutating func removeAll() { entries = [:] }
}
