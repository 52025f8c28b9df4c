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
  return Timed(training: Double(network.batch) / training, inference: Double(network.batch) / inference, losses: losses)
}

switch arguments.first ?? "nets" {
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
