import BenchmarkSupport
import CPUBackend
import Foundation
import NeuralNetwork
import TensorRuntime

// How fast networks with few channels run by the kernels made for them, and by the library alone:
//
//   few-channel-benchmark nets [NAME]      whole networks, images per second
//   few-channel-benchmark layers [avx2]    single convolutions, the table behind FewChannelLimits
//
// THREADS=1 counts processor time, which others on the machine hardly disturb. With avx2, set DNNL_MAX_CPU_ISA=AVX2,
// which keeps the library to the same instructions.

let arguments = Array(CommandLine.arguments.dropFirst())
let stopwatch = Stopwatch(
  threads: Int(ProcessInfo.processInfo.environment["THREADS"] ?? "") ?? Processors.available)

switch arguments.first ?? "nets" {
case "layers":
  try LayerComparison.printTable(stopwatch, arguments.contains("avx2") ? .avx2 : .avx512)
default:
  for network in SampleNetwork.all where arguments.count < 2 || network.name.hasPrefix(arguments[1]) {
    let own = try network.speed(stopwatch, usesFewChannels: true)
    let library = try network.speed(stopwatch, usesFewChannels: false)
    func line(_ what: String, _ own: Double, _ library: Double) -> String {
      "\(what) \(Int(own)) against \(Int(library)) images/s, x\((own / library * 100).rounded() / 100)"
    }
    print(
      "\(network.name): \(line("training", own.training, library.training)); "
        + line("inference", own.inference, library.inference))
  }
}
