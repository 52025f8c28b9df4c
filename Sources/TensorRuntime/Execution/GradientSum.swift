/// Gradients of several batches added up, for one step on all of them.
package final class GradientSum {
  private var sums: [ObjectIdentifier: Buffer] = [:]

  /// Makes an empty sum.
  package init() {}

  /// Adds a batch's gradients, each times `share`.
  func add(_ gradients: [Buffer], of parameters: [Parameter], share: Float, runtime: Runtime) throws {
    for (parameter, gradient) in zip(parameters, gradients) {
      let key = ObjectIdentifier(parameter)
      var sum = sums[key]
      if let found = sum, found.layout != gradient.layout {
        sum = try runtime.backend.converted(found, parameter.tensor.type, to: gradient.layout)
      }
      let isFirst = sum == nil
      let buffer =
        try sum
        ?? Buffer(
          byteCount: gradient.byteCount, layout: gradient.layout,
          purpose: "the gradients of \(parameter.name)")
      let total = buffer.elements(of: Float.self)
      let new = gradient.elements(of: Float.self)
      for place in 0..<min(total.count, new.count) {
        total[place] = isFirst ? share * new[place] : total[place] + share * new[place]
      }
      sums[key] = buffer
    }
  }

  /// The sums in the parameters' order; afterwards it is empty.
  func take(_ parameters: [Parameter], like gradients: [Buffer], runtime: Runtime) throws -> [Buffer] {
    defer { sums = [:] }
    return try zip(parameters, gradients).map { parameter, gradient in
      guard let sum = sums[ObjectIdentifier(parameter)] else { return gradient }
      return sum.layout == gradient.layout
        ? sum : try runtime.backend.converted(sum, parameter.tensor.type, to: gradient.layout)
    }
  }
}
