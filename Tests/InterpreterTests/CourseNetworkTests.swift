import Foundation
import Interpreter
import Testing

/// The course's numbers, reproduced in the language: networks from `Networks/networks.cnn`, and what stands in the decks.
@Suite struct CourseNetworkTests {
  /// One row of the course: its number there, an expression, and what it must give.
  struct Row: Sendable, CustomTestStringConvertible {
    let item: String
    let expression: String
    let answer: String
    init(_ item: String, _ expression: String, _ answer: String) {
      self.item = item
      self.expression = expression
      self.answer = answer
    }
    var testDescription: String { "\(item): \(expression)" }
  }

  static let networks: String = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Networks/networks.cnn")
    return (try? String(contentsOf: file, encoding: .utf8)) ?? "print(\"networks.cnn is missing\")"
  }()

  /// Parameters, multiply-adds, shapes, receptive fields.
  static let counts = [
    Row("E1", "lenet().parameterCount", "61706"), Row("E1", "lenet().multiplyAdds", "416520"),
    Row("E2", "connections.map { $0.count }.sum()", "60"),
    Row("E2", "lenet1998(subsampling: false, output: true).parameterCount", "60806"),
    Row("E3", "lenet1998(subsampling: true, output: false).parameterCount", "60000"),
    Row("E4", "lenetRGB().parameterCount", "62006"),
    Row(
      "E5", "example39().layers.map { example39().outputShape(of: $0) }",
      "[[10, 37, 37], [20, 17, 17], [40, 7, 7], [1960]]"),
    Row("E6", "alexnet(groups: 1).parameterCount", "62378344"),
    Row("E6", "alexnet(groups: 2).parameterCount", "60965224"),
    Row("E6", "alexnetOneTower().parameterCount", "61100840"),
    Row(
      "C5",
      "let a = alexnet(groups: 2); [\"conv1\", \"pool1\", \"pool2\", \"pool3\"].map { a.outputShape(of: $0)[1] }",
      "[55, 27, 13, 6]"),
    Row(
      "E18", "(alexnet(groups: 2).multiplyAdds, alexnet(groups: 1).multiplyAdds)", "(724406816, 1135256096)"),
    Row(
      "E10", "[\"A\", \"B\", \"C\", \"D\", \"E\"].map { vgg($0).parameterCount }",
      "[132863336, 133047848, 133638952, 138357544, 143667240]"),
    Row(
      "E10",
      "[\"A\", \"B\", \"C\", \"D\", \"E\"].map { c in vgg(c).layers.filter { !$0.hasPrefix(\"pool\") && $0 != \"flatten1\" }.count }",
      "[11, 13, 16, 16, 19]"),
    Row(
      "E11",
      "let v = vgg(\"D\"); [\"conv2\", \"pool1\", \"pool2\", \"pool4\", \"pool5\"].map { v.outputShape(of: $0) }",
      "[[64, 224, 224], [64, 112, 112], [128, 56, 56], [512, 14, 14], [512, 7, 7]]"),
    Row(
      "E12",
      "(2 * 9 * 64 * 64, Sequential(input: [64, 8, 8]) { Conv(64, 3, bias: false); Conv(64, 3, bias: false) }"
        + ".parameterCount, Sequential(input: [64, 8, 8]) { Conv(64, 5, bias: false) }.parameterCount)",
      "(73728, 73728, 102400)"),
    Row(
      "E12", "Sequential(input: [1, 9, 9]) { Conv(1, 3); Conv(1, 3) }.receptiveField(\"conv2\").size[0]", "5"),
    Row("E13", "vgg(\"D\").activationCount", "15237608"),
    Row("E18", "(vgg(\"D\").multiplyAdds, vgg(\"E\").multiplyAdds)", "(15470264320, 19632062464)"),
    Row("C7", "vgg(\"D\").parameterCount - vgg(\"D\").dropping(last: 4).parameterCount", "123642856"),
    Row("B30", "lenet().receptiveField(\"conv3\").size[0]", "32"),
    Row(
      "B30", "(vgg(\"D\").receptiveField(\"pool5\").size[0], vgg(\"D\").receptiveField(\"conv13\").size[0])",
      "(212, 196)"),
    Row(
      "E14", "Model(input: [192, 28, 28]) { x in inception(x, 64, [96, 128], [16, 32], 32) }.parameterCount",
      "163696"),
    Row(
      "E14",
      "Model(input: [192, 28, 28]) { x in inception(x, 64, [96, 128], [16, 32], 32) }(zeros(192, 28, 28)).shape",
      "[256, 28, 28]"),
    Row("E14", "googlenet().parameterCount", "6998552"),
    Row("E14", "googlenetBN(branches: false).parameterCount", "6624904"),
    Row(
      "E14", "googlenetBN(branches: true).parameterCount - googlenetBN(branches: false).parameterCount",
      "6379984"),
    Row("E18", "googlenetBN(branches: false).multiplyAdds", "1498376192"),
    // The 1.51 G of counters that take in batch norm (two for a number), ReLU and what pooling looks at, too.
    Row(
      "E18",
      #"""
      let net = googlenetBN(branches: false)
      func numbers(_ kind: String) -> Int { net.layers.filter { $0.hasPrefix(kind) }.map { net.outputShape(of: $0).reduce(1, *) }.sum() }
      let pooled = 64 * 112 * 112 + 192 * 56 * 56 + 480 * 28 * 28 + 832 * 14 * 14 + 1024 * 7 * 7
      let inside = (1...14).filter { ![1, 2, 5, 11, 14].contains($0) }.map { net.outputShape(of: "pool\($0)").reduce(1, *) }.sum()
      "\((net.multiplyAdds + 3 * numbers("bn") + pooled + inside) / 10_000_000)"
      """#, "\"151\""),
    Row("E15", "Sequential(input: [192, 28, 28]) { Conv(32, 5, padding: 2) }.multiplyAdds", "120422400"),
    Row(
      "E15", "Sequential(input: [192, 28, 28]) { Conv(16, 1); Conv(32, 5, padding: 2) }.multiplyAdds",
      "12443648"),
    Row(
      "E17", "[[2, 2, 2, 2], [3, 4, 6, 3]].map { resnet($0, deep: false).parameterCount }",
      "[11689512, 21797672]"),
    Row(
      "E17", "[[3, 4, 6, 3], [3, 4, 23, 3], [3, 8, 36, 3]].map { resnet($0, deep: true).parameterCount }",
      "[25557032, 44549160, 60192808]"),
    Row("E17", "let r = resnet([3, 8, 36, 3], deep: true); r.parameterCount + r.statisticCount", "60344232"),
    Row("E18", "resnet([3, 8, 36, 3], deep: true).multiplyAdds", "11513626624"),
    Row(
      "E20",
      "[\"no biases\", \"biases\"].map { resnet([3, 4, 6, 3], deep: true, excite: $0).parameterCount }",
      "[28071976, 28088024]"),
    Row(
      "E20",
      "[false, true].map { bias in Model(input: [256, 7, 7]) { x in squeezeExcite(x, bias: bias) }.parameterCount }",
      "[8192, 8464]"),
    Row(
      "E21", "let y = yolo2(); (y.parameterCount, y.statisticCount, y.parameterCount + y.statisticCount)",
      "(50962889, 20672, 50983561)"),
    Row(
      "E21",
      "let y = yolo2(); [\"conv\", \"bn\", \"pool\"].map { kind in y.layers.filter { $0.hasPrefix(kind) }.count }",
      "[23, 22, 5]"),
    Row(
      "E21",
      "let y = yolo2(); (y.outputShape(of: \"shuffle1\"), y.outputShape(of: \"conv23\"), y.multiplyAdds / 1_000_000)",
      "([256, 19, 19], [425, 19, 19], 31469)"),
    Row("E24", "unet().parameterCount", "31030658"),
    Row("E24", "let u = unet(); u.outputShape(of: u.layers[u.layers.count - 1])", "[2, 388, 388]"),
    Row(
      "E24", "(dcganGenerator().parameterCount, dcganDiscriminator().parameterCount)", "(3576704, 2765568)"),
    Row("E24", "dcganGenerator()", "Sequential([100, 1, 1] -> [3, 64, 64], 3,576,704 parameters)"),
    Row(
      "B22", "[[3, 8, 8], [3, 500, 300]].map { s in Sequential(input: s) { Conv(10, 3) }.parameterCount }",
      "[280, 280]"),
    Row(
      "B26", "Sequential(input: [32, 6, 6]) { Conv(5, 1) }",
      "Sequential([32, 6, 6] -> [5, 6, 6], 165 parameters)"),
    Row(
      "B27",
      "(Sequential(input: [16, 5, 5]) { Flatten(); Dense(400) }.parameterCount, Sequential(input: [16, 5, 5]) { Conv(400, 5) }.parameterCount)",
      "(160400, 160400)"),
    Row(
      "B28", "Sequential(input: [1, 14]) { Conv(16, 5); Conv(32, 5) }",
      "Sequential([1, 14] -> [32, 6], 2,688 parameters)"),
    Row(
      "B29", "Sequential(input: [1, 14, 14, 14]) { Conv(16, 5); Conv(32, 5) }",
      "Sequential([1, 14, 14, 14] -> [32, 6, 6, 6], 66,048 parameters)"),
    Row(
      "B31",
      "Sequential(input: [8, 7, 7]) { ConvTranspose(8, 4, stride: 2, padding: 1); ConvTranspose(8, 4, stride: 2, padding: 1) }",
      "Sequential([8, 7, 7] -> [8, 28, 28], 2,064 parameters)"),
    Row(
      "C4", "Sequential(input: [10, 4, 4]) { MaxPool(2) }",
      "Sequential([10, 4, 4] -> [10, 2, 2], 0 parameters)"),
    Row(
      "H10",
      "let f = Sequential(input: [1, 28, 28]) { Flatten(); Dense(128) }; Model(inputs: [1, 28, 28], [1, 28, 28]) { a, b in ((f(a) - f(b)) * (f(a) - f(b))).sum(axis: 1) }.parameterCount == f.parameterCount",
      "true"),
  ]

  /// Values: pooling, normalization, dropout, losses, gradients, style and triplets.
  static let values = [
    Row(
      "C1",
      "let t = Tensor([[29, 15, 28, 184], [0, 100, 70, 38], [12, 12, 7, 2], [12, 12, 45, 6]]); maxPool(t, 2) == Tensor([[100, 184], [12, 45]]) && avgPool(t, 2) == Tensor([[36, 80], [12, 15]])",
      "true"),
    Row(
      "C2",
      "maxPool(Tensor([[1, 0, 1, 0], [0, 4, 2, 0], [0, 1, 6, 1], [0, 0, 1, 0]]), 2) == Tensor([[4, 2], [1, 6]])",
      "true"),
    Row("C3", "let x = randn(1, 2, 6, 6); MinPool(2)(x) == -MaxPool(2)(-x)", "true"),
    Row(
      "C6", "let x = rand(2, 3, 4, 5); isClose(GlobalAvgPool()(x), x.mean(axis: [2, 3]), within: 1e-6)",
      "true"),
    Row("C8", "isClose(softmax(randn(4, 7), axis: 1).sum(axis: 1), ones(4), within: 1e-6)", "true"),
    Row(
      "C9",
      "let d = Sequential(input: [100000]) { Dropout(0.25) }; let y = d(ones(1, 100000), training: true); let z = (y .== 0).cast(to: .float32).mean().number; [z > 0.24 && z < 0.26, isClose(y.max(), 4.0 / 3, within: 1e-6), d(ones(1, 100000)) == ones(1, 100000)]",
      "[true, true, true]"),
    Row(
      "C10",
      "let b = Sequential(input: [1]) { BatchNorm() }; isClose(b(Tensor([[1], [2], [3], [4]]), training: true), Tensor([[-1.341635], [-0.447212], [0.447212], [1.341635]]), within: 1e-5)",
      "true"),
    Row("C13", "isClose(mse([1, 2, 3], [1, 3, 5]), 1.66667, within: 1e-5)", "true"),
    Row(
      "C14", "let p = Tensor([0.9, 0.2]); isClose(bce(log(p / (1 - p)), [1, 0]), 0.164252, within: 1e-5)",
      "true"),
    Row(
      "C16",
      "let c = Conv(4, 3, padding: 1, initializer: .zeros); let x = randn(2, 4, 5, 5); relu(c(x) + x) == relu(x)",
      "true"),
    Row(
      "E16",
      "let c = Conv(1, 3, padding: 1, initializer: .zeros); gradient(of: randn(1, 1, 4, 4)) { x in (x + c(x)).sum() } == ones(1, 1, 4, 4)",
      "true"),
    Row("E20", "let s = sigmoid(Tensor([-20.0, 0, 10])); all(s .> 0) && all(s .< 1)", "true"),
    Row(
      "B27",
      "let c = Conv(40, 5); let x = randn(2, 16, 5, 5); let y = c(x); isClose(matmul(x.reshaped(2, 400), c.weight.reshaped(40, 400).transposed), y.reshaped(2, 40), within: 1e-4)",
      "true"),
    Row(
      "H5",
      "let (a, g) = (rand(4, 5), rand(4, 5)); isClose(((a - g) * (a - g)).sum() / 2, 0.5 * 20 * mse(a, g), within: 1e-5)",
      "true"),
    Row(
      "H6",
      "let f = Tensor([[1, 2], [3, 4], [5, 6], [7, 8]]); matmul(f.transposed, f) == Tensor([[84, 100], [100, 120]])",
      "true"),
    Row(
      "H7",
      "let g = Tensor([[84, 100], [100, 120]]); isClose((g * g).sum() / pow(2.0 * 4 * 2, 2), 161.9375, within: 1e-3)",
      "true"),
    Row(
      "H11", "isClose(tripletLoss([[0, 0]], [[1, 0]], [[0.5, 0.5]], margin: 0.2), 0.7, within: 1e-6)", "true"),
    Row("H11", "tripletLoss([[0, 0]], [[1, 0]], [[0, 2]], margin: 0.2) == Tensor(0)", "true"),
    Row(
      "H12",
      "let (f, g, w) = (Tensor([1, 2, 3]), Tensor([1, 0, 5]), Tensor([0.5, -1, 2])); isClose(sigmoid((w * abs(f - g)).sum() + 1), sigmoid(3), within: 1e-6)",
      "true"),
  ]

  @Test(arguments: counts + values)
  func numbersReproduce(_ row: Row) {
    let session = Session()
    #expect(session.output(of: Self.networks) == "")
    #expect(session.output(of: row.expression) == row.answer)
  }
}
