import TensorRuntime

extension Network {
  /// Plays a step through with tensors that have no numbers, so that what doesn't fit is found before the first one.
  ///
  /// `count` is the size of a batch; left out it is any, written `n`. Throws `LayerError` or `TensorError` where the loss or a metric can't be computed from the outputs and the data's
  /// targets, and where class numbers go beyond the network's classes.
  package func check(
    _ objective: Objective, for data: any TrainingData, batch count: Int = Shape.symbolicBatch
  ) throws {
    let inputs = data.inputShapes.map { Tensor.placeholder($0.withBatch(count)) }
    let targets = data.targetTypes.map { Tensor.placeholder($0.shape.withBatch(count), $0.elementType) }
    let outputs = try applyAll(to: inputs, in: Pass(isTraining: true, random: RandomSource()))
    let weights = data.sampleWeights.map { _ in Tensor.placeholder([count]) }
    _ = try objective.loss(outputs, targets, weights: weights)
    _ = try objective.contributions(outputs, targets)
    let labels = data.highestLabels
    for (index, compares) in objective.comparesClasses.enumerated() where compares {
      guard outputs.indices.contains(index), outputs[index].rank == 2,
        let highest = labels.count == 1 ? labels[0] : labels.indices.contains(index) ? labels[index] : nil
      else { continue }
      let classes = outputs[index].shape[1]
      guard highest >= classes else { continue }
      throw LayerError(
        "labels go up to \(highest), and the network has \(classes) outputs, for classes 0 to \(classes - 1)",
        fix: "Dense(\(highest + 1)) as the last layer")
    }
  }
}
