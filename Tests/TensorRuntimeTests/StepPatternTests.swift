import CPUBackend
import TensorRuntime
import Testing

/// A loop's steps are known again by patterns of their graphs. Whatever a program does between two steps, the numbers are
/// those of steps whose graphs are made and differentiated anew each time.
@Suite struct StepPatternTests {
  /// Two pairs of parameters of the same shapes, and what programs do with them.
  private final class Program {
    let runtime = Runtime(backend: CPUBackend(threads: 2))
    let a: [Parameter]
    let b: [Parameter]
    private var next = 0

    init(recognizing: Bool) throws {
      runtime.recognizesSteps = recognizing
      a = [try Program.weight("a", 1), try Program.weight("c", 2)]
      b = [try Program.weight("b", 3), try Program.weight("d", 4)]
    }

    static func numbers(_ shape: Shape, _ stream: Int) throws -> Tensor {
      let random = Philox(seed: 5, stream: UInt64(stream))
      return try Tensor((0..<shape.elementCount).map { random.uniform(UInt64($0)) - 0.5 }, shape)
    }

    static func weight(_ name: String, _ stream: Int) throws -> Parameter {
      Parameter(name, try numbers([3, 3], stream))
    }

    /// Numbers nobody has seen yet.
    func data(_ rows: Int = 4) throws -> Tensor {
      next += 1
      return try Program.numbers([rows, 3], 100 + next)
    }

    func output(_ x: Tensor, _ weights: [Parameter]) throws -> Tensor {
      try x.dense(weights[0].tensor).tanh().dense(weights[1].tensor)
    }

    func step(_ loss: Tensor, _ parameters: [Parameter], observing: [Tensor] = []) throws {
      _ = try runtime.step(
        loss: loss, parameters: parameters, rule: .sgd(learningRate: 0.1), state: OptimizerState(),
        observing: observing, settlingBefore: .now())
    }

    /// All parameters' bits.
    func weights() throws -> [[UInt32]] {
      try (a + b).map { try runtime.floats(of: $0.tensor).map(\.bitPattern) }
    }
  }

  /// One step, or something that happens between steps.
  private static let deeds: [@Sendable (Program) throws -> Void] = [
    { try $0.step($0.output($0.data(), $0.a).square().mean(), $0.a) },
    // The same on another batch size, by other parameters of the same shapes, and by both in another order.
    { try $0.step($0.output($0.data(7), $0.a).square().mean(), $0.a) },
    { try $0.step($0.output($0.data(), $0.b).square().mean(), $0.b) },
    { try $0.step($0.output($0.data(), $0.a).square().mean(), $0.a.reversed()) },
    // One of the parameters only, by two ways: it alone is asked for, or the other is frozen.
    { try $0.step($0.output($0.data(), $0.a).square().mean(), [$0.a[1]]) },
    { program in
      program.a[0].isTrainable = false
      defer { program.a[0].isTrainable = true }
      try program.step(program.output(program.data(), program.a).square().mean(), program.a)
    },
    // Other settings of an operation, another scalar, the same tensor twice, two tensors.
    { try $0.step($0.output($0.data(), $0.a).sum() * 0.25, $0.a) },
    { try $0.step($0.output($0.data(), $0.a).sum() * 0.5, $0.a) },
    {
      let x = try $0.data()
      try $0.step(($0.output(x, $0.a) * $0.output(x, $0.b)).mean(), $0.a + $0.b)
    },
    { try $0.step(($0.output($0.data(), $0.a) * $0.output($0.data(), $0.b)).mean(), $0.a + $0.b) },
    // One network's output is data for the other's step.
    { try $0.step($0.output($0.output($0.data(), $0.a).detached(), $0.b).square().mean(), $0.b) },
    // What is written before the step and waits, and what is there already.
    {
      let x = try $0.data() * 2
      try $0.step($0.output(x, $0.a).square().mean(), $0.a)
    },
    {
      let x = try $0.data() * 2
      try $0.runtime.evaluate([x])
      try $0.step($0.output(x, $0.a).square().mean(), $0.a)
    },
    // A value on the way that was looked at, with the way to it kept.
    { program in
      program.runtime.keepsGraphs = true
      defer { program.runtime.keepsGraphs = false }
      let y = try program.output(program.data(), program.a)
      try program.runtime.evaluate([y])
      try program.step(y.square().mean(), program.a)
    },
    // Something observed, another value for a parameter, another number of threads.
    {
      let y = try $0.output($0.data(), $0.a)
      try $0.step(y.square().mean(), $0.a, observing: [y])
      #expect(y.isEvaluated)
    },
    { try $0.a[0].set(Program.numbers([3, 3], 9)) },
    { $0.runtime.forgetPlans() },
  ]

  @Test(arguments: 1...12) func anyOrderOfSteps(_ seed: UInt64) throws {
    let random = Philox(seed: seed, stream: 0)
    let (known, anew) = (try Program(recognizing: true), try Program(recognizing: false))
    for turn in 0..<60 {
      let chosen = Int(random.uniform(UInt64(turn)) * Float(Self.deeds.count)) % Self.deeds.count
      // Loops do the same several times.
      for _ in 0..<(1 + turn % 4) {
        for program in [known, anew] { try Self.deeds[chosen](program) }
        #expect(try known.weights() == anew.weights(), "deed \(chosen) of turn \(turn)")
      }
    }
  }

  @Test func aLoopsStepTakesItsPlanFromThePattern() throws {
    let program = try Program(recognizing: true)
    for _ in 0..<5 {
      try program.step(program.output(program.data(), program.a).square().mean(), program.a)
      try program.step(program.output(program.data(), program.b).square().mean(), program.b)
    }
    #expect(program.runtime.planCount == 1)
  }
}
