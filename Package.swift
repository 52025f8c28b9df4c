// swift-tools-version: 6.0
import PackageDescription

// Targets in the order data flows through them: a target imports only what stands on its line.
// docs/architecture.md draws the picture.

func system(_ name: String, apt: String) -> Target {
  .systemLibrary(name: name, path: "Sources/System/\(name)", providers: [.apt([apt])])
}

func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], linker: [LinkerSetting] = [],
  resources: [Resource] = []
) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, linkerSettings: linker)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude, resources: resources)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "cnnrepl",
  products: [.executable(name: "cnnrepl", targets: ["cnnrepl"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
  ],
  targets: [
    system("COneDNN", apt: "libdnnl-dev"),
    system("CZeroMQ", apt: "libzmq3-dev"),
    system("CJansson", apt: "libjansson-dev"),
    system("CZlib", apt: "zlib1g-dev"),

    .target(
      name: "VectorKernels", cSettings: [.unsafeFlags(["-O3"])],
      linkerSettings: [.linkedLibrary("gomp"), .linkedLibrary("m")]),
    .target(name: "CPNGShims", linkerSettings: [.linkedLibrary("png16")]),
    .target(name: "CJPEGShims", linkerSettings: [.linkedLibrary("jpeg")]),
    .target(name: "CEditLineShims", linkerSettings: [.linkedLibrary("edit")]),

    library("Syntax"),
    library("JSON", ["CJansson"]),
    library("Files"),
    library("ImageCodecs", ["Files", "CPNGShims", "CJPEGShims"]),
    library("OneDNN", ["COneDNN"]),
    library("TensorRuntime"),
    library("CPUBackend", ["TensorRuntime", "OneDNN", "VectorKernels"]),
    library("NeuralNetwork", ["TensorRuntime", "JSON", "Files"]),
    library("Datasets", ["TensorRuntime", "ImageCodecs", "Files", "CZlib", crypto]),
    library("Visualization", ["ImageCodecs"]),
    library(
      "Interpreter",
      [
        "Syntax", "JSON", "TensorRuntime", "CPUBackend", "NeuralNetwork", "Datasets", "Visualization",
        "ImageCodecs", "Files",
      ]),
    library("Notebooks", ["Interpreter", "JSON"]),
    library("JupyterKernel", ["Interpreter", "JSON", crypto]),
    library("ZeroMQTransport", ["JupyterKernel", "CZeroMQ"]),
    .target(
      name: "Kernelspec", path: "kernelspec",
      resources: ["kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"].map { .embedInCode($0) }),
    library("REPL", ["Interpreter", "ImageCodecs", "CEditLineShims"]),
    .executableTarget(
      name: "cnnrepl",
      dependencies: [
        "Interpreter", "Notebooks", "JupyterKernel", "ZeroMQTransport", "Kernelspec", "REPL", "Datasets",
        "Visualization",
        "CPUBackend", "JSON", argumentParser,
      ]),

    .target(name: "BenchmarkSupport", path: "Benchmarks/Support"),
    .executableTarget(
      name: "few-channel-benchmark", dependencies: ["NeuralNetwork", "CPUBackend", "BenchmarkSupport"],
      path: "Benchmarks/FewChannels"),
    .executableTarget(
      name: "plan-benchmark", dependencies: ["NeuralNetwork", "CPUBackend", "BenchmarkSupport"],
      path: "Benchmarks/Plans"),

    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .target(name: "HeapStatistics", path: "Tests/HeapStatistics"),
    .target(
      name: "Fuzzing", dependencies: ["Interpreter", "Syntax", "HeapStatistics"], path: "Tests/Fuzzing"),
    .executableTarget(name: "fuzz", dependencies: ["Fuzzing", argumentParser], path: "Tests/FuzzProgram"),
    tests("SyntaxTests", ["Syntax"]),
    tests("JSONTests", ["JSON"]),
    tests("TensorRuntimeTests", ["TensorRuntime", "CPUBackend"], exclude: ["Reference/generate.py"]),
    tests("NeuralNetworkTests", ["NeuralNetwork", "CPUBackend"], exclude: ["Reference/generate.py"]),
    tests("DatasetsTests", ["Datasets", "Files", "ImageCodecs", "TensorRuntime", "CZlib", crypto]),
    tests("VisualizationTests", ["Visualization", "ImageCodecs", "CZlib"], exclude: ["Snapshots"]),
    tests(
      "InterpreterTests", ["Interpreter", "Fuzzing"],
      exclude: ["Course", "Networks", "Programs", "Snapshots", "Tour"]),
    tests("NotebooksTests", ["Notebooks"], resources: [.copy("Fixtures")]),
    tests(
      "JupyterKernelTests", ["JupyterKernel", "ZeroMQTransport", "CZeroMQ"], resources: [.copy("Fixtures")]),
    tests("REPLTests", ["REPL"]),
    tests("ProgramTests", ["cnnrepl", "Notebooks", "JSON"]),
  ],
  swiftLanguageModes: [.v5]
)
