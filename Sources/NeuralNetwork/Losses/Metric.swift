import TensorRuntime

/// A number that says how good predictions are, computed from sums that add up over batches.
package struct Metric {
  /// The member of a result that holds it: `accuracy`, `top5`, `meanIoU`.
  package let name: String
  /// What one batch contributes, a vector; contributions of batches are added.
  package let contribution: (_ output: Tensor, _ target: Tensor) throws -> Tensor
  /// The metric from the sum of contributions.
  package let value: (_ sums: [Double]) -> Double
  /// The confusion matrix of the same sums, for metrics that count one.
  package var confusion: ((_ sums: [Double]) -> ClassConfusion)?

  /// Makes a metric from its parts.
  package init(
    _ name: String, contribution: @escaping (_ output: Tensor, _ target: Tensor) throws -> Tensor,
    value: @escaping (_ sums: [Double]) -> Double
  ) {
    self.name = name
    self.contribution = contribution
    self.value = value
  }

  /// The same under another name.
  package func renamed(_ name: String) -> Metric {
    var metric = Metric(name, contribution: contribution, value: value)
    metric.confusion = confusion
    return metric
  }

  /// The share of outputs `[N, C, …]` whose largest class is the target's `[N, …]`; pixels count one by one.
  package static let accuracy = Metric("accuracy") { output, target in
    let labels = try classNumbers(target, output: output)
    let hits = try (output.argmax(axis: 1) .== labels).cast(.float32)
    return try counted(hits)
  } value: {
    $0.count == 2 && $0[1] > 0 ? $0[0] / $0[1] : .nan
  }

  /// The share of outputs `[N, C]` whose target is among the `k` largest classes.
  package static func top(_ k: Int) -> Metric {
    Metric("top\(k)") { output, target in
      let labels = try classNumbers(target, output: output)
      let chosen = try (output * labels.oneHot(depth: output.shape[1], axis: 1)).sum(
        axes: [1], keepDims: true)
      let larger = try (output .> chosen).cast(.float32).sum(axes: [1])
      return try counted(try (larger .< Tensor.scalar(Double(k))).cast(.float32))
    } value: {
      $0.count == 2 && $0[1] > 0 ? $0[0] / $0[1] : .nan
    }
  }

  /// The share of logits `[N]` or `[N, 1]` on the target's side of 0.
  package static let binaryAccuracy = Metric("accuracy") { output, target in
    let flat = try output.reshaped([output.shape.elementCount])
    let truth = try target.cast(.float32).reshaped([target.shape.elementCount])
    let hits = try ((flat .> Tensor.scalar(0)) .== (truth .> Tensor.scalar(0.5))).cast(.float32)
    return try counted(hits)
  } value: {
    $0.count == 2 && $0[1] > 0 ? $0[0] / $0[1] : .nan
  }

  /// `[sum of hits, how many]`.
  private static func counted(_ hits: Tensor) throws -> Tensor {
    let count = try Tensor.constant(Double(hits.shape.elementCount), [1])
    return try Tensor.concat([try hits.sum().reshaped([1]), count], axis: 0)
  }

  /// Class numbers from class numbers or from one-hot rows.
  private static func classNumbers(_ target: Tensor, output: Tensor) throws -> Tensor {
    try (target.shape == output.shape ? target.argmax(axis: 1) : target).cast(.int32)
  }
}
