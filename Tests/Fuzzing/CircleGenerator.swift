/// Writes programs in which closures, local functions and containers hold each other by the variables they share.
///
/// Of every such web a part stays held from outside, and tests itself while later programs run: each closure passes a
/// walk on to the next one, and what comes out at the end is known. What nobody holds must go away; a variable that is
/// emptied too early makes a walk fail.
struct CircleGenerator {
  /// How a variable holds its closure.
  private enum Holder: CaseIterable {
    case plain, localFunction, array, dictionary, tuple
  }

  /// Where the parts that stay test themselves.
  static let prelude = ["var checks = []"]

  var random: FuzzRandom

  mutating func program() -> RandomProgram {
    let size = 1 + random.next(5)
    let holders = (0..<size).map { _ in random.pick(Holder.allCases) }
    let next = (0..<size).map { _ in random.next(size) }
    let values = (0..<size).map { _ in random.next(1000) }
    var lines: [String] = []
    for index in 0..<size { lines.append("var value\(index) = \(values[index]); var hold\(index): Any = 0") }
    for index in 0..<size {
      lines += closure(index, holders[index], walk: walk(next[index], holders[next[index]]))
    }
    let start = random.next(size)
    let steps = random.next(8)
    let end = (0..<steps).reduce(start) { place, _ in next[place] }
    let check = "{ expect(\(call(start, holders[start], "\(steps)")) == \(values[end])) }"
    lines.append("return \(check)")
    return RandomProgram(cells: [
      "func web() -> Any {\n\(lines.joined(separator: "\n"))\n}",
      "for _ in 0..<\(1 + random.next(4)) { web()() }",
      "checks.append(web())",
      "for check in checks { check() }",
      random.once(in: 3) ? "checks = []" : "while checks.count > \(random.next(6)) { checks.removeFirst() }",
    ])
  }

  private func walk(_ next: Int, _ holder: Holder) -> String { call(next, holder, "steps - 1") }

  private func call(_ index: Int, _ holder: Holder, _ steps: String) -> String {
    switch holder {
    case .plain: "hold\(index)(\(steps))"
    case .localFunction: "local\(index)(\(steps))"
    case .array: "hold\(index)[0](\(steps))"
    case .dictionary: "hold\(index)[\"it\"]!(\(steps))"
    case .tuple: "hold\(index).it(\(steps))"
    }
  }

  private mutating func closure(_ index: Int, _ holder: Holder, walk: String) -> [String] {
    let body = "steps > 0 ? \(walk) : value\(index)"
    switch holder {
    case .plain: return ["hold\(index) = { steps in \(body) }"]
    case .localFunction:
      return ["func local\(index)(_ steps: Int) -> Any { \(body) }", "hold\(index) = local\(index)"]
    case .array: return ["hold\(index) = [{ steps in \(body) }, \(random.next(2)), value\(index)]"]
    case .dictionary: return ["hold\(index) = [\"it\": { steps in \(body) }, \"other\": \(random.next(2))]"]
    case .tuple: return ["hold\(index) = (it: { steps in \(body) }, other: \(random.next(2)))"]
    }
  }
}
