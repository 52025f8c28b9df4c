/// Compiled plans by structure; the ones not used for longest give way.
struct PlanCache {
  private var plans: [ProgramKey: (plan: any Plan, lastUse: Int)] = [:]
  private var clock = 0
  let capacity: Int

  init(capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { plans.count }

  mutating func find(_ key: ProgramKey) -> (any Plan)? {
    guard let index = plans.index(forKey: key) else { return nil }
    clock += 1
    plans.values[index].lastUse = clock
    return plans.values[index].plan
  }

  mutating func insert(_ plan: any Plan, for key: ProgramKey) {
    clock += 1
    plans[key] = (plan, clock)
    guard plans.count > capacity else { return }
    // A quarter goes at once, so that a stream of new graphs does not search every time.
    let oldest = plans.sorted { $0.value.lastUse < $1.value.lastUse }.prefix(max(1, capacity / 4))
    for (key, _) in oldest { plans[key] = nil }
  }

  mutating func removeAll() { plans = [:] }
}
