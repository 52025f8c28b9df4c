/// Puts the nodes of a graph without cycles into ranks, each below all its sources, and orders each rank so that few
/// edges cross (Sugiyama, Tagawa and Toda 1981). Edges past a rank get a place in it of their own.
struct LayeredLayout {
  /// A place in a rank: a node, or an edge on its way.
  struct Slot: Hashable {
    let rank: Int
    let node: Int?
    /// Which edge passes; −1 for a node.
    let edge: Int
  }

  /// The slots of each rank from left to right.
  private(set) var ranks: [[Slot]] = []
  /// The slots along each edge, from source to target.
  private(set) var chains: [[Slot]] = []
  /// The rank of each node.
  private(set) var rankOf: [Int] = []

  /// Lays out nodes that are given by the indices of their sources, all before them.
  init(sources: [[Int]]) {
    for (index, own) in sources.enumerated() {
      rankOf.append((own.filter { (0..<index).contains($0) }.map { rankOf[$0] + 1 }.max()) ?? 0)
    }
    ranks = [[Slot]](repeating: [], count: (rankOf.max() ?? -1) + 1)
    for (index, rank) in rankOf.enumerated() {
      ranks[rank].append(Slot(rank: rank, node: index, edge: -1))
    }
    for (target, own) in sources.enumerated() {
      for source in own where (0..<target).contains(source) {
        let edge = chains.count
        var chain = [Slot(rank: rankOf[source], node: source, edge: -1)]
        for rank in stride(from: rankOf[source] + 1, to: rankOf[target], by: 1) {
          let slot = Slot(rank: rank, node: nil, edge: edge)
          ranks[rank].append(slot)
          chain.append(slot)
        }
        chains.append(chain + [Slot(rank: rankOf[target], node: target, edge: -1)])
      }
    }
    order()
  }

  /// What each slot is connected with in the ranks next to its own.
  var neighbours: (above: [Slot: [Slot]], below: [Slot: [Slot]]) {
    var above: [Slot: [Slot]] = [:]
    var below: [Slot: [Slot]] = [:]
    for chain in chains {
      for (upper, lower) in zip(chain, chain.dropFirst()) {
        above[lower, default: []].append(upper)
        below[upper, default: []].append(lower)
      }
    }
    return (above, below)
  }

  /// Moves every slot to the mean place of its neighbours in the rank above, then below, a few times.
  private mutating func order() {
    let (above, below) = neighbours
    for _ in 0..<4 {
      for rank in ranks.indices.dropFirst() { sort(rank, by: above, in: rank - 1) }
      for rank in ranks.indices.dropLast().reversed() { sort(rank, by: below, in: rank + 1) }
    }
  }

  private mutating func sort(_ rank: Int, by neighbours: [Slot: [Slot]], in other: Int) {
    var places: [Slot: Double] = [:]
    let half = Double(ranks[other].count - 1) / 2
    for (index, slot) in ranks[other].enumerated() { places[slot] = Double(index) - half }
    let own = Double(ranks[rank].count - 1) / 2
    let weights = ranks[rank].enumerated().map { index, slot in
      let near = (neighbours[slot] ?? []).compactMap { places[$0] }
      return near.isEmpty ? Double(index) - own : near.reduce(0, +) / Double(near.count)
    }
    let sorted = ranks[rank].indices.sorted { (weights[$0], $0) < (weights[$1], $1) }
    ranks[rank] = sorted.map { ranks[rank][$0] }
  }
}
