extension Runtime {
  /// The plan for results and gradients in a precision. Those that are not in float32 belong to who asks: they are not
  /// kept for others. Throws where the backend can't compute in it.
  func plan(
    results: [Tensor], gradients: [(value: Tensor, parameter: Tensor)], precision: Precision
  ) throws -> (FlatGraph, any Plan) {
    guard precision != .float32 else { return try plan(results: results, gradients: gradients) }
    guard backend.support(for: precision) != .none else {
      throw TensorError("plan", "this processor has no instructions for \(precision.rawValue)")
    }
    let flat = FlatGraph(results: results, gradients: gradients) { _ in true }
    if !flat.uncomputed.isEmpty {
      try evaluate(flat.uncomputed)
      return try plan(results: results, gradients: gradients, precision: precision)
    }
    guard var program = flat.program?.simplified() else {
      throw TensorError("plan", "the graph has no program")
    }
    program.precision = precision
    let plan = try backend.compile(program)
    guard plan.byteCount <= memoryLimit else {
      throw MemoryError("the computation", bytes: plan.byteCount, limit: memoryLimit)
    }
    return (flat, plan)
  }
}
