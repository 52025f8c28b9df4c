import CPUBackend
import Foundation
import NeuralNetwork
import TensorRuntime

// How fast networks with few channels train and infer, with the kernels made for them and with the library alone.
//   few-channel-benchmark [nets | layers | profile]

//
// With THREADS=1 it counts processor time, which others on the machine hardly disturb.

let arguments = CommandLine.arguments.dropFirst()
let threads = Int(ProcessInfo.processInfo.environment["THREADS"] ?? "") ?? CPUBackend.availableProcessors

/// The time now, in seconds.
func now() -> Double {
  var time = timespec()
  clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func backend(_ usesFewChannels: Bool) -> CPUBackend {
  let made = CPUBackend(threads: threads)
  if !usesFewChannels { made.fewChannelLimits = nil }
  return made
}

/// Seconds of one run: the median of some rounds.
func time(_ body: () throws -> Void) rethrows -> Double {
  try body()
  try body()
  var rounds: [Double] = []
  for _ in 0..<5 {
    var runs = 0
    let start = now()
    repeat {
      try body()
      runs += 1
    } while now() - start < 0.15
    rounds.append((now() - start) / Double(runs))
  }
  return rounds.sorted()[2]
}

struct Timed {
  let training: Double
  let inference: Double
  let losses: [Float]
}

func measure(_ network: SampleNetwork, _ usesFewChannels: Bool, profiles: Bool = false) throws -> Timed {
  let runtime = Runtime(backend: backend(usesFewChannels))
  let (parameters, apply) = try network.build()
  let (images, labels) = try network.data()
  let x = Tensor.placeholder(images.shape)
  let y = Tensor.placeholder(labels.shape, .int32)
  let output = try apply(x)
  let state = OptimizerState()
  let step = try runtime.prepareStep(
    loss: try output.crossEntropy(y), placeholders: [x, y], parameters: parameters,
    rule: .adam(learningRate: 1e-3), state: state)
  var losses: [Float] = []
  let values = [images, labels]
  for _ in 0..<4 { losses.append(try step.run(values).loss) }
  let training = try time { _ = try step.run(values) }
  if profiles {
    print("graph only", Double(network.batch) / (try time { _ = try step.profile(values) }))
    return Timed(training: Double(network.batch) / training, inference: 0, losses: [])
  }
  let graph = try runtime.prepare([output], placeholders: [x])
  let inference = try time { _ = try graph.run([images]) }
  return Timed(
    training: Double(network.batch) / training, inference: Double(network.batch) / inference, losses: losses)
}

/// Microseconds of one convolution with ReLU on 128 images, forward and with all its gradients.
func layer(_ channels: Int, _ filters: Int, _ kernel: Int, _ size: Int, _ limits: FewChannelLimits?) throws
  -> (Double, Double)
{
  let made = CPUBackend(threads: threads)
  made.fewChannelLimits = limits
  let runtime = Runtime(backend: made)
  func numbers(_ shape: Shape, _ stream: UInt64) throws -> Tensor {
    let random = Philox(seed: 1, stream: stream)
    return try Tensor((0..<shape.elementCount).map { random.uniform(UInt64($0)) - 0.5 }, shape)
  }
  let images = try numbers([128, channels, size, size], 1)
  let w = try numbers([filters, channels, kernel, kernel], 2)
  let b = try numbers([filters], 3)
  let x = Tensor.placeholder(images.shape)
  let y = try x.convolution(w, bias: b, padding: .same).relu()
  let loss = try y.mean()
  let all = [loss] + (try gradients(of: loss, withRespectTo: [x, w, b]).compactMap { $0 })
  let training = try runtime.prepare(all, placeholders: [x])
  let inference = try runtime.prepare([y], placeholders: [x])
  return (
    try time { _ = try inference.run([images]) } * 1e6, try time { _ = try training.run([images]) } * 1e6
  )
}

switch arguments.first ?? "nets" {
case "layers":
  for size in [28, 14] {
    for kernel in [3, 5] {
      for (channels, filters) in [
        (1, 8), (1, 32), (3, 16), (6, 16), (8, 8), (8, 16), (8, 32), (12, 12), (16, 16), (16, 20), (16, 32),
        (20, 20), (20, 50), (32, 32), (30, 60),
      ]
      where filters * size * size <= 12288 {
        let own = try layer(channels, filters, kernel, size, .unlimited(.avx512))
        let library = try layer(channels, filters, kernel, size, nil)
        print(
          "\(channels) -> \(filters)  \(kernel)x\(kernel)  \(size)x\(size): inference \(Int(own.0)) \(Int(library.0)) us, x\((library.0 / own.0 * 100).rounded() / 100), with gradients \(Int(own.1)) \(Int(library.1)) us, x\((library.1 / own.1 * 100).rounded() / 100)"
        )
      }
    }
  }
case "profile":
  for network in SampleNetwork.all where arguments.count < 2 || network.name.hasPrefix(arguments.last ?? "") {
    print(try measure(network, true, profiles: true))
  }
default:
  for network in SampleNetwork.all where arguments.count < 2 || network.name.hasPrefix(arguments.last ?? "") {
    let (own, library) = (try measure(network, true), try measure(network, false))
    print(
      network.name, "training", Int(own.training), Int(library.training), own.training / library.training,
      "inference", Int(own.inference), Int(library.inference), own.inference / library.inference)
    print("  ", own.losses, library.losses)
  }
}
