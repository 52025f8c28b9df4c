import CPUBackend
import NeuralNetwork
import TensorRuntime

/// What every test of networks needs: a runtime, random numbers, and the networks of the course.
struct Bench {
  let token = CancellationToken()
  let runtime: Runtime
  let random = RandomSource(seed: 42)

  init(threads: Int? = nil) { runtime = Runtime(backend: CPUBackend(threads: threads), cancellation: token) }

  /// A stack of layers, as `Sequential(input:)` makes it.
  func sequential(_ input: Shape?, _ layers: [any Layer]) throws -> Network {
    try Network(form: "Sequential", inputShapes: input.map { [$0] }, random: random) { recorder, inputs in
      var x = inputs[0]
      for layer in layers { x = try recorder.call(layer, on: [x]) }
      return [x]
    }
  }

  func conv(
    _ filters: Int, _ kernel: Int, stride: Int = 1, padding: ConvolutionPadding = .valid, groups: Int = 1,
    bias: Bool = true, activation: Activation = .linear
  ) -> ConvolutionLayer {
    var settings = ConvolutionLayer.Settings(filters: filters, kernel: [kernel])
    settings.stride = [stride]
    settings.padding = padding
    settings.groups = groups
    settings.hasBias = bias
    settings.activation = activation
    return ConvolutionLayer(settings)
  }

  /// LeNet-5 as course row E1 has it: 28×28 with padding 2, tanh and mean pooling.
  func lenet() throws -> Network {
    try sequential(
      [1, 28, 28],
      [
        conv(6, 5, padding: .amounts([2]), activation: .tanh),
        PoolingLayer(.average, PoolingSettings(size: [2])),
        conv(16, 5, activation: .tanh), PoolingLayer(.average, PoolingSettings(size: [2])),
        conv(120, 5, activation: .tanh),
        FlattenLayer(), DenseLayer(84, activation: .tanh), DenseLayer(10),
      ])
  }

  /// Samples whose class is which half of a vector is larger: learnable by a line.
  func halves(count: Int, width: Int = 8) throws -> TensorData {
    let generator = Philox(seed: 7, stream: 1)
    let values = (0..<count * width).map { generator.uniform(UInt64($0)) }
    let labels = (0..<count).map { sample -> Int32 in
      let row = values[sample * width..<(sample + 1) * width]
      return row.prefix(width / 2).reduce(0, +) > row.suffix(width / 2).reduce(0, +) ? 1 : 0
    }
    return try TensorData(
      inputs: [try Tensor(values, [count, width])], targets: [try Tensor(labels, [count])], runtime: runtime)
  }
}

/// Watches a training and may end it.
final class Watcher: TrainingObserver {
  var notes: [String] = []
  var records: [EpochRecord] = []
  var batches = 0
  var pauses = 0
  var onBatch: (Int) throws -> Void = { _ in }

  func trainingBegan(notes: [String], sampleCount: Int, epochs: Int) { self.notes = notes }
  func batchEnded(_ progress: TrainingProgress, run: TrainingRun) {
    batches += 1
    try? onBatch(batches)
  }
  func trainingPaused(run: TrainingRun) { pauses += 1 }
  func epochEnded(_ record: EpochRecord, run: TrainingRun) { records.append(record) }
  func trainingEnded(_ run: TrainingRun, error: (any Error)?) {}
}
