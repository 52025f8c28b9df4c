import CPUBackend
import Foundation
import TensorRuntime
import Testing

/// Values of operations against numbers from elsewhere.
@Suite struct ForwardTests {
  private let runtime = Runtime(backend: CPUBackend(threads: 2))

  /// sin(0.37 i + phase), as Reference/generate.py has it.
  static func wave(_ shape: Shape, _ phase: Double, times factor: Double = 1) throws -> Tensor {
    try Tensor((0..<shape.elementCount).map { Float(factor * sin(0.37 * Double($0) + phase)) }, shape)
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let name: String
    let make: @Sendable () throws -> Tensor
    var testDescription: String { name }
    init(_ name: String, _ make: @escaping @Sendable () throws -> Tensor) {
      self.name = name
      self.make = make
    }
  }

  static let rows: [Row] = [
    Row("convolution") {
      try wave([2, 4, 7, 6], 0).convolution(
        wave([6, 2, 3, 3], 1), bias: wave([6], 2), strides: [2], padding: .amounts([1]), dilations: [1, 2],
        groups: 2)
    },
    Row("convolution1") {
      try wave([1, 2, 9], 0).convolution(
        wave([3, 2, 4], 1), bias: wave([3], 2), strides: [2], padding: .amounts([1]))
    },
    Row("convolution3") {
      try wave([1, 2, 4, 5, 4], 0).convolution(wave([3, 2, 2, 3, 2], 1), bias: wave([3], 2))
    },
    Row("transposed") {
      try wave([2, 4, 3, 3], 0).transposedConvolution(
        wave([4, 3, 3, 3], 1), bias: wave([6], 2), strides: [2], padding: [1], outputPadding: [1], groups: 2)
    },
    Row("maxPool") { try wave([1, 2, 7, 6], 0).maxPool([3], strides: [2], padding: .amounts([1])) },
    Row("averagePool") { try wave([1, 2, 7, 6], 0).averagePool([3], strides: [2], padding: .amounts([1])) },
    Row("averagePoolCounting") {
      try wave([1, 2, 7, 6], 0).averagePool([3], strides: [2], padding: .amounts([1]), countsPadding: true)
    },
    Row("batchNorm") {
      try wave([3, 2, 2, 2], 0).batchNorm(scale: wave([2], 1), shift: wave([2], 2)).result
    },
    Row("layerNorm") { try wave([3, 5], 0).layerNorm(scale: wave([5], 1), shift: wave([5], 2), axes: [1]) },
    Row("dense") { try wave([3, 5], 0).dense(wave([4, 5], 1), bias: wave([4], 2)) },
    Row("gelu") { try wave([9], 0, times: 3).gelu() },
    Row("silu") { try wave([9], 0, times: 3).silu() },
    Row("elu") { try wave([9], 0, times: 3).elu() },
    Row("softplus") { try wave([9], 0, times: 3).softplus() },
    Row("sigmoid") { try wave([9], 0, times: 30).sigmoid() },
    Row("tanh") { try wave([9], 0, times: 3).tanh() },
    Row("exp") { try wave([9], 0, times: 30).exp() },
    Row("log") { try wave([9], 0.5).abs().log() },
    Row("softmax") { try wave([3, 5], 0, times: 9).softmax() },
    Row("logSoftmax") { try wave([2, 3, 4], 0, times: 9).logSoftmax(axis: 1) },
    Row("crossEntropy") { try wave([4, 5], 0).crossEntropy(Tensor([Int32(1), 4, 0, 2], [4])) },
    Row("crossEntropySmooth") {
      try wave([4, 5], 0).crossEntropy(Tensor([Int32(1), 4, 0, 2], [4]), smoothing: 0.1)
    },
    Row("crossEntropyPixels") {
      try wave([2, 3, 2, 2], 0).crossEntropy(
        Tensor([Int32(1), 2, 0, 9, 0, 9, 2, 1], [2, 2, 2]), smoothing: 0.1,
        weights: Tensor([Float(1), 2, 0.5], [3]),
        ignoredClass: 9)
    },
    Row("binaryCrossEntropy") { try wave([6], 0, times: 9).binaryCrossEntropy(wave([6], 1).abs()) },
    Row("variance") { try wave([3, 5], 0).variance(axes: [1], correction: 1) },
  ]

  @Test(arguments: rows)
  func agreesWithPyTorch(_ row: Row) throws {
    try expect(runtime.floats(of: row.make()), row.name)
  }

  private func expect(_ found: [Float], _ name: String) throws {
    let wanted = try #require(Reference.values[name])
    #expect(found.count == wanted.count)
    for (place, (a, b)) in zip(found, wanted).enumerated() {
      #expect(abs(Double(a) - b) <= 2e-5 * max(0.1, abs(b)), "element \(place) is \(a), PyTorch says \(b)")
    }
  }

  static let rules: [String: UpdateRule] = [
    "adam": .adam(learningRate: 0.1), "adamDecay": .adam(learningRate: 0.1, weightDecay: 0.1),
    "adamDecoupled": .adam(learningRate: 0.1, weightDecay: 0.1, decoupled: true),
    "momentum": .sgd(learningRate: 0.1, momentum: 0.9, weightDecay: 0.1),
    "nesterov": .sgd(learningRate: 0.1, momentum: 0.9, nesterov: true),
    "rmsprop": .rmsprop(learningRate: 0.1, momentum: 0.5), "adagrad": .adagrad(learningRate: 0.1),
  ]

  /// Each number for itself: the first five of many are those of five, whichever part of a vector they stand in.
  @Test(arguments: rules.keys.sorted(), [5, 16, 37])
  func optimizersAgreeWithPyTorch(_ name: String, _ count: Int) throws {
    let rule = try #require(ForwardTests.rules[name])
    let weights = Parameter("w", try ForwardTests.wave([count], 0.1))
    let state = OptimizerState()
    for _ in 0..<3 {
      let loss = try (weights.tensor * ForwardTests.wave([count], 0.9)).square().sum()
      _ = try runtime.step(loss: loss, parameters: [weights], rule: rule, state: state)
    }
    try expect(Array(runtime.floats(of: weights.tensor).prefix(5)), name)
  }

  /// The course's worked examples of pooling and convolution.
  @Test func coursePooling() throws {
    let table: [Float] = [29, 15, 28, 184, 0, 100, 70, 38, 12, 12, 7, 2, 12, 12, 45, 6]
    let x = try Tensor(table, [1, 1, 4, 4])
    #expect(try runtime.floats(of: x.maxPool([2])) == [100, 184, 12, 45])
    #expect(try runtime.floats(of: x.averagePool([2])) == [36, 80, 12, 15])
  }

  @Test func courseConvolution() throws {
    let image = try Tensor([Float(1), 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0], [4, 4])
    let filter = try Tensor([Float(1), 0, 0, 1], [2, 2])
    #expect(try runtime.floats(of: image.convolve(filter)) == [2, 1, 1, 0, 2, 2, 0, 1, 1])
    let row: [Float] = [10, 10, 10, 0, 0, 0]
    let step = try Tensor((0..<6).flatMap { _ in row }, [6, 6])
    let vertical = try Tensor([Float(1), 0, -1, 1, 0, -1, 1, 0, -1], [3, 3])
    let edge: [Float] = [0, 30, 30, 0]
    #expect(try runtime.floats(of: step.convolve(vertical)) == (0..<4).flatMap { _ in edge })
    let flipped = try step.convolve(vertical, flip: true)
    #expect(
      try runtime.floats(of: flipped) == runtime.floats(of: step.convolve(vertical.flipped(axes: [0, 1]))))
    let pulse = try Tensor([Float(0), 0, 5, 0, 0], [5])
    let fifth = try Tensor([Float](repeating: 0.2, count: 5), [5])
    #expect(
      try runtime.floats(of: pulse.convolve(fifth, padding: .full)).map { ($0 * 1e5).rounded() / 1e5 } == [
        0, 0, 1, 1, 1, 1, 1, 0, 0,
      ])
  }

  @Test func wholeNumbersStayWhole() throws {
    let a = try Tensor([Int32(7), -3, 2], [3])
    let b = try Tensor([Int32(2), 2, 2], [3])
    #expect(try runtime.int32s(of: a * b + a) == [21, -9, 6])
    #expect(try runtime.floats(of: a / b) == [3.5, -1.5, 1])
    #expect(try runtime.bools(of: a .> b) == [true, false, false])
    #expect(try runtime.int32s(of: (a .> b).sum()) == [1])
    #expect(
      try runtime.int32s(of: Tensor([Float(2.9), -2.9, .nan, 1e20], [4]).cast(.int32)) == [
        2, -2, 0, 2_147_483_520,
      ])
    #expect(try runtime.bytes(of: Tensor([Float(2.9), -2.9, 300], [3]).cast(.uint8)) == [2, 0, 255])
    #expect(try runtime.int32s(of: Tensor([Float(1), 5, 5, 2], [2, 2]).argmax(axis: 0)) == [1, 0])
    #expect(try runtime.floats(of: a.oneHot(depth: 3)) == [0, 0, 0, 0, 0, 0, 0, 0, 1])
    #expect(
      try runtime.bools(of: Tensor([true, false, true, true], [2, 2]).all(axes: [1])) == [false, true])
  }

  @Test func replacingASlice() throws {
    let x = try Tensor([Float(1), 2, 3, 4, 5, 6], [2, 3])
    let slice = Slice(starts: [1, 0], counts: [1, 2], steps: [1, 2])
    #expect(try runtime.floats(of: x.replacing(slice, with: .scalar(9))) == [1, 2, 3, 9, 5, 9])
  }
}
