/// One operation: its parameters, its shape rule and its gradient rule side by side.
///
/// An operation is a value, so that a graph of them can be compared and a compiled plan found again.
package protocol TensorOp: Hashable, Sendable, Codable {
  /// The name users see in errors and printed graphs.
  var name: String { get }
  /// The parameters as printed graphs show them; empty where there are none.
  var parameters: String { get }
  /// The types of the results for inputs of these types; throws a ``TensorError`` where they don't fit.
  func outputTypes(_ inputs: [TensorType]) throws -> [TensorType]
  /// The local cotangents, one per input, nil where there is none; sums over broadcast axes are left to the walk.
  func gradient(_ context: GradientContext) throws -> [Tensor?]
}

/// What a gradient rule is given.
package struct GradientContext {
  /// The operation's inputs.
  package let inputs: [Tensor]
  /// Its results, to be used instead of computing them again.
  package let outputs: [Tensor]
  /// The cotangent of each result; nil where nothing depends on that result.
  package let cotangents: [Tensor?]
  /// Which inputs' cotangents are wanted; a rule may leave the others nil.
  package let isNeeded: [Bool]

  /// The cotangent of the first result, or zeros.
  package func cotangent() throws -> Tensor { try cotangent(0) }

  /// The cotangent of a result, or zeros where nothing depends on it.
  package func cotangent(_ index: Int) throws -> Tensor {
    if let given = cotangents[index] { return given }
    return try Tensor.constant(0, outputs[index].shape)
  }

  /// A cotangent for each input by differentiating a formula that computes the same from the inputs.
  package func throughFormula(_ formula: (_ inputs: [Tensor]) throws -> [Tensor]) throws -> [Tensor?] {
    // Identities keep the walk from going past this operation's own inputs.
    let local = try inputs.map { try $0.isolated() }
    let results = try formula(local)
    let seeds = zip(results, cotangents).compactMap { result, seed in seed.map { (result, $0) } }
    let wanted = zip(local, isNeeded).map { $0.1 ? $0.0 : nil }
    let found = try Gradients.walk(seeds: seeds, toward: wanted.compactMap { $0 }, stoppingAt: local)
    var next = found.makeIterator()
    return wanted.map { $0 == nil ? nil : next.next().flatMap { $0 } }
  }
}

extension TensorOp {
  /// Whether another operation is the same one with the same parameters.
  func isEqual(to other: any TensorOp) -> Bool { isSame(as: other) }

  /// Far cheaper than a cast between existentials.
  private func isSame<Other: TensorOp>(as other: Other) -> Bool {
    Other.self == Self.self && unsafeBitCast(other, to: Self.self) == self
  }

  /// A hash of kind and parameters.
  var signature: Int {
    var hasher = Hasher()
    hasher.combine(ObjectIdentifier(Self.self))
    hash(into: &hasher)
    return hasher.finalize()
  }
}
