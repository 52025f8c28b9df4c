extension Shape {
  /// Stands for "however many samples" while a model's body is recorded; a prime that no real axis has, so that it is
  /// recognised as a factor of any length computed from it. Written `n`.
  package static let symbolicBatch = 1_000_003

  /// The shape with a batch axis of this length in front.
  package func withBatch(_ count: Int) -> Shape { Shape([count] + dimensions) }

  /// The shape of one sample.
  package var droppingBatch: Shape { Shape(Array(dimensions.dropFirst())) }

  /// Whether the symbolic batch stands in it.
  package var isSymbolic: Bool {
    dimensions.contains { $0 >= Self.symbolicBatch && $0 % Self.symbolicBatch == 0 }
  }

  /// The shape with a real number of samples in place of the symbolic one.
  package func resolvingBatch(_ count: Int) -> Shape {
    isSymbolic ? Shape(dimensions.map { Self.resolve($0, batch: count) }) : self
  }

  /// A length with a real number of samples in place of the symbolic one.
  static func resolve(_ length: Int, batch: Int) -> Int {
    guard length >= symbolicBatch, length % symbolicBatch == 0 else { return length }
    return (length / symbolicBatch).multipliedReportingOverflow(by: batch).partialValue
  }

  /// A length as users read it: `n` for the symbolic batch.
  static func text(of length: Int) -> String {
    guard length >= symbolicBatch, length % symbolicBatch == 0 else { return String(length) }
    return length == symbolicBatch ? "n" : "\(length / symbolicBatch)n"
  }
}
