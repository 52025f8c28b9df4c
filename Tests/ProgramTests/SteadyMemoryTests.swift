import Testing

/// Memory over a long training, measured in a process of its own.
@Suite struct SteadyMemoryTests {
  /// Ten thousand steps, half of them of each network. 200 bytes kept at each would make 2 MB.
  @Test(.enabled(if: SteadyMemoryTests.canMeasure))
  func memoryStaysFlatOverTenThousandSteps() throws {
    let program = """
      func memory() -> Int {
          let lines = readText("/proc/self/status").split(separator: "\\n")
          let line = lines.first { $0.hasPrefix("VmRSS") } ?? ""
          return Int(line.split(separator: " ").filter { Int($0) != nil }[0]) ?? 0
      }
      seed(1)
      let g = Sequential(input: [3]) { Dense(8); BatchNorm(); relu; Dense(4, activation: .tanh) }
      let d = Sequential(input: [4]) { Dense(8, activation: .leakyRelu(0.2)); Dropout(0.2); Dense(1) }
      let (optG, optD) = (Adam(g, lr: 1e-3), Adam(d, lr: 1e-3))
      let data = rand(64, 4)
      func train(_ steps: Int) {
          for step in 0..<steps {
              let real = data[step % 8 * 8..<step % 8 * 8 + 8]
              let noise = randn(8, 3)
              let lossD = optD.minimize { bce(d(real), 1) + bce(d(detach(g(noise))), 0) }
              let lossG = optG.minimize { bce(d(g(noise)), 1) }
              if step % 100 == 0 { let shown = "\\(lossD) \\(lossG) \\(g(noise).mean())" }
          }
      }
      train(500)
      let before = memory()
      train(5_000)
      print(memory() - before, optD.steps, optG.steps, before)
      """
    let run = try ProgramRun("-e", program, environment: ["OMP_NUM_THREADS": "1"])
    let numbers = run.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    try #require(numbers.count == 4, "\(run.output)\(run.errors)")
    #expect(numbers[0] < 2_000, "grew by \(numbers[0]) kB from \(numbers[3]) kB")
    #expect(numbers[1] == 5_500 && numbers[2] == 5_500)
  }

  private static var canMeasure: Bool {
    #if os(Linux)
      true
    #else
      false
    #endif
  }
}
