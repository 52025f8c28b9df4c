import BenchmarkSupport
import CPUBackend
import TensorRuntime

/// One convolution with ReLU on 128 images, forward alone and with all its gradients.
struct LayerComparison {
  let channels: Int
  let filters: Int
  let kernel: Int
  let size: Int

  /// Microseconds of a run, forward and with gradients.
  func time(_ stopwatch: Stopwatch, _ limits: FewChannelLimits?) throws -> (Double, Double) {
    let backend = CPUBackend(threads: stopwatch.threads)
    backend.fewChannelLimits = limits
    let runtime = Runtime(backend: backend)
    func numbers(_ shape: Shape, _ stream: UInt64) throws -> Tensor {
      let random = Philox(seed: 1, stream: stream)
      return try Tensor((0..<shape.elementCount).map { random.uniform(UInt64($0)) - 0.5 }, shape)
    }
    let images = try numbers([128, channels, size, size], 1)
    let weights = try numbers([filters, channels, kernel, kernel], 2)
    let bias = try numbers([filters], 3)
    let x = Tensor.placeholder(images.shape)
    let y = try x.convolution(weights, bias: bias, padding: .same).relu()
    let loss = try y.mean()
    let found = try gradients(of: loss, withRespectTo: [x, weights, bias])
    let training = try runtime.prepare([loss] + found.compactMap { $0 }, placeholders: [x])
    let inference = try runtime.prepare([y], placeholders: [x])
    return (
      try stopwatch.seconds { _ = try inference.run([images]) } * 1e6,
      try stopwatch.seconds { _ = try training.run([images]) } * 1e6
    )
  }

  /// Prints both ways' times for many shapes, as a table in Markdown.
  static func printTable(_ stopwatch: Stopwatch, _ instructions: FewChannelLimits.InstructionSet) throws {
    print(
      "| channels | filter | image | inference, µs | library | gain | with gradients, µs | library | gain |")
    print("| --- | --- | --- | --: | --: | --: | --: | --: | --: |")
    let pairs = [
      (1, 8), (1, 32), (3, 16), (6, 16), (8, 8), (8, 16), (8, 32), (12, 12), (16, 16), (16, 20), (16, 32),
      (20, 20), (20, 50), (30, 60), (32, 32),
    ]
    for size in [28, 14] {
      for kernel in [3, 5] {
        for (channels, filters) in pairs where filters * size * size <= 12288 {
          let layer = LayerComparison(channels: channels, filters: filters, kernel: kernel, size: size)
          let own = try layer.time(stopwatch, .unlimited(instructions))
          let library = try layer.time(stopwatch, nil)
          func cells(_ own: Double, _ library: Double) -> String {
            "\(Int(own)) | \(Int(library)) | \((library / own * 100).rounded() / 100)"
          }
          print(
            "| \(channels) → \(filters) | \(kernel)×\(kernel) | \(size)×\(size) "
              + "| \(cells(own.0, library.0)) | \(cells(own.1, library.1)) |")
        }
      }
    }
  }
}
