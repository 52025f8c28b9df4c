/// Networks of several inputs and outputs, of parts used twice, and of layers that only act in training.
extension TrainingTests {
  static let networks = [
    Row(
      "several outputs learn together, each by its own loss",
      """
      let sum = x.sum(axis: 1, keepDims: true)
      func two() -> Model {
        Model(input: [8]) { x in
          let h = x |> Dense(16, activation: .tanh)
          return (half: Dense(2)(h), sum: Dense(1)(h))
        }
      }
      let m = two()
      let run = m.fit((x, ["sum": sum, "half": y]), epochs: 150, loss: ["half": .crossEntropy, "sum": 0.5 * .mse], optimizer: .adam(lr: 1e-2))
      let score = m.evaluate((x, (y, sum)), loss: (.crossEntropy, .mse))
      print(score.halfAccuracy > 0.9, score.sumLoss < 0.1, isClose(score.loss, score.halfLoss + score.sumLoss, within: 1e-5))
      let (half, total) = m.predict(x)
      print(half.shape, total.shape, m(x).sum == total, m.predict((x, (y, sum)).0).half == half)
      two().fit((x, (y, sum)), loss: { out, t in crossEntropy(out.half, t.half) + mse(out.sum, t.sum) })
      two().fit((x, (y, sum)), loss: (sum: .mae, half: .crossEntropy), metrics: ["half": [.accuracy, .top(1)]])
      m.save("/tmp/cnnrepl-two.safetensors")
      print(load("/tmp/cnnrepl-two.safetensors")(x).sum == m(x).sum)
      """, "true true true\n[96, 2] [96, 1] true true\ntrue\n"),
    Row(
      "one target serves heads beside the main one, by weighted losses",
      """
      let m = Model(input: [8]) { x in
        let h = x |> Dense(16, activation: .tanh)
        return (h |> Dense(8, activation: .relu) |> Dense(2), h |> Dense(2))
      }
      m.fit((x, y), epochs: 40, loss: (.crossEntropy, 0.3 * .crossEntropy), optimizer: .adam(lr: 1e-2))
      let score = m.evaluate((x, y), loss: (.crossEntropy, 0.3 * .crossEntropy))
      print(score.output1Accuracy > 0.9, isClose(score.loss, score.output1Loss + score.output2Loss, within: 1e-5))
      """, "true true\n"),
    Row(
      "several inputs are a tuple beside the targets",
      """
      let m = Model(inputs: [4], [4]) { a, b in concat(a, b, axis: 1) |> Dense(16, activation: .tanh) |> Dense(2) }
      m.fit(((x[0..., ..<4], x[0..., 4...]), y), epochs: 40, optimizer: .adam(lr: 1e-2))
      print(m.evaluate(((x[0..., ..<4], x[0..., 4...]), y)).accuracy > 0.9)
      """, "true\n"),
    Row(
      "a Variable in a body is a weight of the network",
      """
      func scaled(_ x: Tensor) -> Tensor { x * Variable(ones(x.channels), name: "gain") }
      let m = Sequential(input: [8]) { scaled; Dense(2) }
      print(m.parameterCount, m.layers)
      let before = m.filters("gain")
      m.fit((x, y), epochs: 1, optimizer: .sgd(lr: 1))
      print(m.filters("gain") == before, before == ones(8))
      m.save("/tmp/cnnrepl-own.safetensors")
      print(load("/tmp/cnnrepl-own.safetensors")(x) == m(x), m.copy()(x) == m(x))
      m.reset(); print(m.filters("gain") == ones(8))
      """, "26 [\"gain\", \"dense1\"]\nfalse true\ntrue true\ntrue\n"),
    Row(
      "a network called twice counts once, nested ones have paths",
      """
      let f = Sequential(input: [8], name: "tower") { Dense(4, name: "one"); relu }
      let m = Model(inputs: [8], [8]) { a, b in concat(f(a), f(b), axis: 1) |> Dense(2) }
      print(m.parameterCount, m.layers, m(x[0], x[1]).shape, m(x, x).shape)
      m.fit([x, x * 2], target: y, epochs: 1)
      print(m.predict([x, x]).shape)
      """, "54 [\"tower.one\", \"dense1\"] [2] [96, 2]\n[96, 2]\n"),
    Row(
      "several outputs",
      """
      let m = Model(input: [8]) { v in let h = v |> Dense(4); return (h |> Dense(2), h |> Dense(1)) }
      let (a, b) = m(x)
      print(a.shape, b.shape)
      let opt = Adam(m); print(opt.minimize { let (p, q) = m(x); return crossEntropy(p, y) + mse(q, zeros(96, 1)) }.shape)
      """, "[96, 2] [96, 1]\n[]\n"),
    Row(
      "layers that only change places",
      """
      let t = Tensor((0..<16).map { $0 }).reshaped(1, 1, 4, 4)
      // PyTorch 2.15: F.pixel_unshuffle(t, 2)
      print(SpaceToDepth(2)(t)[0, 0, 0], SpaceToDepth(2)(t)[0, 3, 1], DepthToSpace(2)(SpaceToDepth(2)(t)) == t)
      print(AdaptiveMaxPool(3)(t)[0, 0] == Tensor([[5, 6, 7], [9, 10, 11], [13, 14, 15]]))
      print(MaxUnpool(2)(Tensor([[[[1, 2], [3, 4]]]]), t)[0, 0] == Tensor([[0, 0, 0, 0], [0, 1, 0, 2], [0, 0, 0, 0], [0, 3, 0, 4]]))
      print(Pad(1, mode: .circular)(t)[0, 0, 0])
      let c = Conv(1, 3, padding: 1, border: .circular, bias: false, initializer: .ones)
      print(c(t)[0, 0, 0, 0] == Tensor(15 + 12 + 13 + 3 + 0 + 1 + 7 + 4 + 5))
      """,
      "[0. 2.] [13. 15.] true\ntrue\ntrue\n[15. 12. 13. 14. 15. 12.]\ntrue\n"),
    Row(
      "noise only while training",
      """
      let s = Sequential(input: [50, 4, 4]) { SpatialDropout(0.5) }
      let v = s(ones(2, 50, 4, 4), training: true).mean(axis: [2, 3])
      print(all(v * (v - 2) .== 0), s(ones(1, 50, 4, 4)) == ones(1, 50, 4, 4))
      let a = Sequential(input: [100000]) { AlphaDropout(0.2) }
      let n = randn(1, 100000); let d = a(n, training: true)
      print(isClose(d.mean(), 0, within: 0.02), isClose(d.deviation(), 1, within: 0.02), a(n) == n)
      let g = Sequential(input: [100000]) { GaussianNoise(0.1) }
      print(isClose((g(n, training: true) - n).deviation(), 0.1, within: 0.005), g(n) == n)
      """, "true true\ntrue true true\ntrue true\n"),
  ]
}
