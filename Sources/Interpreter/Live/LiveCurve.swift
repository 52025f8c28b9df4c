/// The numbers of one name over time, thinned out as they grow: memory stays flat however long a loop runs.
struct LiveCurve {
  /// How many points a curve keeps at most; neighbours are joined when there are more.
  static let capacity = 512

  let name: String
  private(set) var last = Double.nan
  private(set) var means: [Double] = []
  /// How many numbers one point stands for.
  private(set) var stride = 1
  private var sum = 0.0
  private var count = 0

  init(_ name: String) { self.name = name }

  mutating func append(_ value: Double) {
    last = value
    sum += value
    count += 1
    guard count == stride else { return }
    means.append(sum / Double(count))
    (sum, count) = (0, 0)
    guard means.count >= Self.capacity else { return }
    means = Swift.stride(from: 0, to: means.count - 1, by: 2).map { (means[$0] + means[$0 + 1]) / 2 }
    stride *= 2
  }

  /// Where the points stand, in calls from 1.
  var places: [Double] { means.indices.map { Double($0 * stride) + Double(stride + 1) / 2 } }
}
