import BenchmarkSupport
import CPUBackend
import Foundation
import NeuralNetwork
import TensorRuntime

// How fast whole networks run, and where their time goes:
//
//   plan-benchmark [W3 …] [training|inference] [batch=N …] [size=N …] [bf16] [profile]
//
// bf16 trains with factors rounded to bfloat16.
//
// THREADS=1 counts processor time, which others on the machine hardly disturb.

var arguments = Set(CommandLine.arguments.dropFirst())
let threads =
  Int(ProcessInfo.processInfo.environment["THREADS"] ?? "") ?? Processors.available
let stopwatch = Stopwatch(threads: threads)
let showsProfile = arguments.remove("profile") != nil
let precision = arguments.remove("bf16") == nil ? Precision.float32 : .bfloat16
let kinds = arguments.intersection(["training", "inference"])
let batches = arguments.compactMap { $0.hasPrefix("batch=") ? Int($0.dropFirst(6)) : nil }.sorted()
let sizes = arguments.compactMap { $0.hasPrefix("size=") ? Int($0.dropFirst(5)) : nil }.sorted()
let names = arguments.filter { $0.hasPrefix("W") }

func isWanted(_ name: String, _ kind: String) -> Bool {
  (names.isEmpty || names.contains { name.hasPrefix($0) })
    && (kinds.isEmpty || kinds.contains(kind))
}

func makeRuntime() -> Runtime { Runtime(backend: CPUBackend(threads: threads)) }

func report(
  _ name: String, _ batch: Int, compiling: Double, _ seconds: Double, _ profile: () throws -> [PlanTiming]
)
  throws
{
  let digits = seconds > 0.05 ? 10.0 : 1
  print(
    "\(name), batch \(batch): \((Double(batch) / seconds * digits).rounded() / digits) images/s, "
      + "\((seconds * 1e5).rounded() / 100) ms, plan \(Int(compiling * 1000)) ms")
  guard showsProfile else { return }
  // Each operation's median over some runs, the slowest first.
  let runs = try (0..<15).map { _ in try profile() }
  let median = runs[0].indices.map { index in runs.map { $0[index].nanoseconds }.sorted()[runs.count / 2] }
  for index in runs[0].indices {
    let timing = runs[0][index]
    let time = Double(median[index]) / 1e6
    print(
      String(format: "%9.3f ms %8.1f GB/s  ", time, Double(timing.byteCount) / time / 1e6) + timing.operation)
  }
  print(String(format: "%9.3f ms in %d steps", Double(median.reduce(0, +)) / 1e6, median.count))
}

func timed<Result>(_ body: () throws -> Result) rethrows -> (Result, Double) {
  let start = Date()
  let result = try body()
  return (result, Date().timeIntervalSince(start))
}

/// Each workload as it is, or with images of the sizes asked for.
let workloads = Workload.all.flatMap { workload in
  sizes.isEmpty ? [workload] : sizes.map(workload.with(size:))
}

for workload in workloads {
  if workload.trains, isWanted(workload.name, "training") {
    for batch in batches.isEmpty ? [workload.batch] : batches {
      let runtime = makeRuntime()
      let network = try workload.network(runtime)
      let (step, compiling) = try timed { try workload.trainingStep(network, runtime, batch, precision) }
      let (images, labels) = try workload.data(batch)
      let time = try stopwatch.seconds { _ = try step.run([images, labels]) }
      try report("\(workload.name) training", batch, compiling: compiling, time) {
        try step.profile([images, labels])
      }
    }
  }
  // Training the largest would take long; its plan is what is asked about.
  if !workload.trains, kinds.contains("training"), isWanted(workload.name, "training") {
    for batch in batches.isEmpty ? [1, 8] : batches {
      let runtime = makeRuntime()
      let network = try workload.network(runtime)
      let (_, compiling) = try timed { try workload.trainingStep(network, runtime, batch, precision) }
      print("\(workload.name) training, batch \(batch): plan \(Int(compiling * 1000)) ms")
    }
  }
  if isWanted(workload.name, "inference") {
    for batch in batches.isEmpty ? (workload.trains ? [workload.batch] : [1, 8]) : batches {
      let runtime = makeRuntime()
      let network = try workload.network(runtime)
      let (graph, compiling) = try timed { try workload.inference(network, runtime, batch) }
      let images = try workload.data(batch).images
      let time = try stopwatch.seconds { _ = try graph.run([images]) }
      try report("\(workload.name) inference", batch, compiling: compiling, time) {
        try graph.profile([images])
      }
    }
  }
}
if isWanted("W4 DCGAN", "training") {
  for batch in batches.isEmpty ? [AdversarialWorkload.batch] : batches {
    let runtime = makeRuntime()
    let (workload, compiling) = try timed { try AdversarialWorkload(runtime, batch: batch) }
    let time = try stopwatch.seconds { try workload.run() }
    try report("W4 DCGAN training", batch, compiling: compiling, time) { try workload.profile() }
  }
}
