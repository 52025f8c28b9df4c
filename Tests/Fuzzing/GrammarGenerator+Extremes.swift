import Interpreter

extension GrammarGenerator {
  /// Values at the edge of what a type holds, or of what functions think of: empty, single, huge, not a number.
  private static let extremes: [String: [String]] = [
    "Int": ["Int.max", "Int.min", "4294967296", "300", "-7"],
    "Double": ["Double.nan", "Double.infinity", "-1e300", "1e-300", "-0.0", "Double(Int.max)"],
    "String": ["\"\"", "String(repeating: \"é\", count: 5000)", "\"\\u{1F600}\\n\\t\"", "\"-1\""],
    "Range": ["0..<0", "Int.min..<Int.max", "(-3)...(-1)", "...2", "5000000000..<5000000001"],
    "Tensor": [
      "zeros(0)", "zeros(2, 0, 3)", "zeros(2, 0, 3, 3)", "ones(2).sum()", "rand(2, 3, 5, 5)", "rand(1, 1, 9)",
      "Tensor([0, 2]).cast(to: .int32)", "Tensor([Double.nan, 1])", "Tensor([1e30, -1e30])",
      "rand(2, 3, 5, 5, 4)", "zeros(1, 2, 3) == 0", "rand(3, 1)", "zeros(0, 1, 28, 28)",
    ],
  ]

  mutating func extreme(_ type: ParameterType) -> String? {
    let kind: String? =
      switch type {
      case .int, .ints: "Int"
      case .number: "Double"
      case .string: "String"
      case .range: "Range"
      case .tensor, .tensorLike: "Tensor"
      default: nil
      }
    return kind.flatMap { Self.extremes[$0] }.map { random.pick($0) }
  }

  /// A layer made by one of the library's functions, or a network of it, and what comes out for some tensor.
  mutating func application() -> String {
    let makers = functions.filter { if case .host("Layer") = $0.returns { true } else { false } }
    guard !makers.isEmpty else { return "1" }
    let layer = call(random.pick(makers), 1)
    let tensor = random.once(in: 2) ? extreme(.tensor) ?? "x" : argument(.tensor, 1)
    return switch random.next(3) {
    case 0: "(\(layer))(\(tensor))"
    case 1: "Sequential { \(layer); \(call(random.pick(makers), 1)) }(\(tensor))"
    default: "gradient(of: \(tensor)) { ((\(layer))($0)).sum() }"
    }
  }
}
