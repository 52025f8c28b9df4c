import Foundation
import Interpreter
import Testing

/// Training as users write it; each program prints what must be true.
@Suite struct TrainingTests {
  /// Vectors whose class is which half is larger, and a network for them.
  static let prelude = """
    seed(7)
    let x = rand(96, 8)
    let y = (x[0..., ..<4].sum(axis: 1) .> x[0..., 4...].sum(axis: 1)).cast(to: .int32)
    func net() -> Model { Sequential(input: [8]) { Dense(16, activation: .tanh, name: "body"); Dense(2, name: "head") } }
    func weights(_ m: Model) -> [Tensor] { m.layers.map { m.filters($0) } }
    """

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let program: String
    let output: String
    init(_ name: String, _ program: String, _ output: String) {
      self.name = name
      self.program = program
      self.output = output
    }
    var testDescription: String { name }
  }

  static let rows = [
    Row(
      "clipValue limits each element of the gradient, clip the length of all",
      """
      let w = Variable(zeros(3)); let slope = Tensor([0.01, -5, 2])
      SGD(w, lr: 1, clipValue: 0.5).minimize { (w * slope).sum() }
      print(isClose(w, Tensor([-0.01, 0.5, -0.5]), within: 1e-6))
      let v = Variable(zeros(2))
      SGD(v, lr: 1, clip: 1).minimize { (v * Tensor([3, 4])).sum() }
      print(isClose(v, Tensor([-0.6, -0.8]), within: 1e-5))
      """, "true\ntrue\n"),
    Row(
      "a closure gives the learning rate of a step, and of an epoch",
      """
      var rates: [Double] = []
      net().fit((x, y), epochs: 2, batch: 48, schedule: { step in 0.1 / (1 + step) }, onBatch: { rates.append($0.lr) })
      net().fit((x, y), epochs: 2, batch: 48, schedule: { step, epoch in 0.1 * epoch }, onBatch: { rates.append($0.lr) })
      print(rates.map { Int(($0 * 1000).rounded()) })
      do { net().fit((x, y), schedule: { step in -1 }) } catch { print(error.message) }
      """,
      "[100, 50, 33, 25, 100, 100, 200, 200]\nthe schedule gives -1 for step 0\n"),
    Row(
      "what is measured suits the loss",
      """
      let s = Sequential(input: [8]) { Dense(1) }
      let t = x.sum(axis: 1, keepDims: true)
      do { print(s.evaluate((x, t), loss: .mse).accuracy) } catch { print(error.message) }
      print(s.evaluate((x, y.cast(to: .float32)), loss: .bce).accuracy >= 0, s.evaluate((x, t), loss: .mae, metrics: [{ p, t in abs(p - t).mean() }]).metric1 >= 0)
      """, "'accuracy' was not measured; nothing was\ntrue true\n"),
    Row(
      "one-hot targets and class numbers are the same",
      """
      let z = randn(6, 3); let t = Tensor([0, 2, 1, 1, 0, 2]).cast(to: .int32)
      print(isClose(crossEntropy(z, t), crossEntropy(z, oneHot(t, classes: 3)), within: 1e-6))
      let (a, b) = (net(), net()); for (p, q) in [(a, b)] { p.save("/tmp/cnnrepl-same.safetensors"); q.loadWeights("/tmp/cnnrepl-same.safetensors") }
      a.fit((x, y), epochs: 2, shuffle: false); b.fit((x, oneHot(y, classes: 2)), epochs: 2, shuffle: false)
      print(zip(weights(a), weights(b)).map { isClose($0.0, $0.1, within: 1e-5) })
      """, "true\n[true, true]\n"),
    Row(
      "frozen parts keep every bit",
      """
      let body = Sequential(input: [8]) { Dense(16); BatchNorm(); tanh }
      let before = body.filters("dense1"); let out = body(x)
      let m = Sequential(input: [8]) { body.frozen(); Dense(2) }
      m.fit((x, y), epochs: 30, optimizer: .sgd(lr: 0.1))
      print(body.filters("dense1") == before, body(x) == out, m.evaluate((x, y)).accuracy > 0.6)
      """, "true true true\n"),
    Row(
      "what load and dropping give learns on, the file's part stays",
      """
      let m = net(); m.fit((x, y), epochs: 3)
      m.save("/tmp/cnnrepl-transfer.safetensors")
      let body = load("/tmp/cnnrepl-transfer.safetensors").dropping(last: 1).frozen()
      let reader = Sequential(input: [8]) { body; Dense(3) }
      reader.fit((x, (x[0..., 0] * 3).cast(to: .int32)), epochs: 2)
      print(body.filters("body") == m.filters("body"), reader.parameterCount, reader.layers)
      """, "true 195 [\"block1.body\", \"dense1\"]\n"),
    Row(
      "rates: of 0 leaves a layer as it is",
      """
      let m = net(); let before = weights(m)
      m.fit((x, y), optimizer: .adam(lr: 0.01), rates: ["body": 0.0])
      print(zip(weights(m), before).map { $0.0 == $0.1 })
      """, "[true, false]\n"),
    Row(
      "rates: also belong to an optimizer of one's own",
      """
      let m = net(); let before = weights(m)
      let opt = Adam(m, lr: 0.01, rates: ["head": 0.0])
      opt.minimize { crossEntropy(m(x), y) }
      print(zip(weights(m), before).map { $0.0 == $0.1 })
      """, "[false, true]\n"),
    Row(
      "accumulate: makes the step of a larger batch",
      """
      let (a, b) = (net(), net()); a.save("/tmp/cnnrepl-acc.safetensors"); b.loadWeights("/tmp/cnnrepl-acc.safetensors")
      a.fit((x, y), batch: 96, optimizer: .sgd(lr: 0.5), shuffle: false)
      b.fit((x, y), batch: 20, optimizer: .sgd(lr: 0.5), accumulate: 5, shuffle: false)
      print(zip(weights(a), weights(b)).map { isClose($0.0, $0.1, within: 1e-5) })
      """, "[true, true]\n"),
    Row(
      "weights: of 0 leave samples out",
      """
      let (a, b) = (net(), net()); a.save("/tmp/cnnrepl-w.safetensors"); b.loadWeights("/tmp/cnnrepl-w.safetensors")
      a.fit((x[..<40], y[..<40]), batch: 96, optimizer: .sgd(lr: 0.5), shuffle: false)
      b.fit((x, y), batch: 96, optimizer: .sgd(lr: 0.5), weights: concat(ones(40) * 3, zeros(56), axis: 0), shuffle: false)
      print(zip(weights(a), weights(b)).map { isClose($0.0, $0.1, within: 1e-5) })
      """, "[true, true]\n"),
    Row(
      "averaging: ends with a mean of the weights",
      """
      let m = net(); let first = m.filters("head")
      var last: [Tensor] = []
      m.fit((x, y), batch: 96, optimizer: .sgd(lr: 1), averaging: 0.5, onBatch: { b in last.append(m.filters("head")) })
      // d = min(0.5, (1 + 0) / (10 + 0)) = 0.1 at the first step
      print(isClose(m.filters("head"), first * 0.1 + last[0] * 0.9, within: 1e-6))
      """, "true\n"),
    Row(
      "callbacks see the training and may end it",
      """
      var batches = 0
      let run = net().fit((x, y), epochs: 9, batch: 48, onBatch: { b in batches += 1; return b.loss > 0 },
                          onEpoch: { e in print(e.epoch, e.accuracy > 0, e.lr); return e.epoch < 2 })
      print(run.epochs, batches)
      """, "1 true 0.001\n2 true 0.001\n2 4\n"),
    Row(
      "stop: ends by loss, accuracy, patience and time",
      """
      print(net().fit((x, y), epochs: 50, stop: .loss(below: 100)).epochs)
      print(net().fit((x, y), epochs: 50, stop: .accuracy(above: 0.01)).epochs)
      print(net().fit((x, y), epochs: 50, optimizer: .sgd(lr: 1e-30), stop: .early(patience: 2, change: 0.5)).epochs)
      print(net().fit((x, y), epochs: 50, stop: [.after(seconds: 0), .early(patience: 3)]).epochs)
      """, "1\n1\n3\n1\n"),
    Row(
      "schedules and warm-up set the rate of each step",
      """
      func rates(_ s: Any) -> [Double] { [] }
      var lr: [Double] = []
      let note = { b in lr.append(round(b.lr * 1000) / 1000) }
      let o = 1.0
      net().fit((x, y), epochs: 4, batch: 48, optimizer: .sgd(lr: 0.8), schedule: .step(epochs: 2, factor: 0.5), onBatch: note)
      print(lr); lr = []
      net().fit((x, y), epochs: 2, batch: 48, optimizer: .sgd(lr: 0.8), schedule: .cosine, onBatch: note)
      print(lr); lr = []
      net().fit((x, y), epochs: 2, batch: 48, optimizer: .sgd(lr: 0.8), schedule: .linear, warmup: 1, onBatch: note)
      print(lr); lr = []
      net().fit((x, y), epochs: 4, batch: 96, optimizer: .sgd(lr: 1e-30), schedule: .plateau(factor: 0.1, patience: 1), onEpoch: { e in lr.append(e.lr) })
      print(lr.map { round($0 * 1e33) })
      """,
      "[0.8, 0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4]\n[0.8, 0.683, 0.4, 0.117]\n[0.4, 0.8, 0.533, 0.267]\n[1000.0, 1000.0, 100.0, 10.0]\n"
    ),
    Row(
      "the best epoch's weights come back",
      """
      let m = net()
      let run = m.fit((x, y), epochs: 3, optimizer: .sgd(lr: 1), validation: (x, 1 - y))
      print(isClose(m.evaluate((x, 1 - y)).loss, run.validationLosses.min() ?? 0, within: 1e-5))
      """, "true\n"),
    Row(
      "losses and metrics of one's own",
      """
      let m = net()
      m.fit((x, y), epochs: 1, loss: { p, t in crossEntropy(p, t) + 0.01 * (p * p).mean() }, metrics: [.accuracy, { p, t in p.mean() }])
      print(m.evaluate((x, y), loss: { p, t in (p * 0).sum() + 3 }).loss)
      """, "3.0\n"),
    Row(
      "every rule learns",
      """
      for rule in ["sgd", "momentum", "nesterov", "adam", "adamW", "rmsprop", "adagrad"] {
          let m = net()
          let opt = switch rule {
              case "sgd": SGD(m, lr: 0.5)
              case "momentum": SGD(m, lr: 0.1, momentum: 0.9)
              case "nesterov": SGD(m, lr: 0.1, momentum: 0.9, nesterov: true)
              case "adam": Adam(m, lr: 0.02)
              case "adamW": AdamW(m, lr: 0.02)
              case "rmsprop": RMSProp(m, lr: 0.01)
              default: Adagrad(m, lr: 0.1)
          }
          let first = opt.minimize { crossEntropy(m(x), y) }.number
          for _ in 0..<30 { opt.minimize { crossEntropy(m(x), y) } }
          print(rule, m.evaluate((x, y)).loss < first * 0.8)
      }
      """,
      "sgd true\nmomentum true\nnesterov true\nadam true\nadamW true\nrmsprop true\nadagrad true\n"),
    Row(
      "L-BFGS finds a minimum in few steps",
      """
      var p = Variable([-1.2, 1.0])
      let opt = LBFGS(p)
      for _ in 0..<60 { opt.minimize { let a = p[0]; let b = p[1]; return (1 - a) * (1 - a) + 100 * (b - a * a) * (b - a * a) } }
      print(isClose(p.value, [1, 1], within: 1e-3))
      """, "true\n"),
    Row(
      "orthogonal weights",
      """
      let w = Sequential(input: [20]) { Dense(8, initializer: .orthogonal) }.filters("dense1")
      print(isClose(matmul(w, w.transposed), eye(8), within: 1e-5))
      let v = Sequential(input: [3, 4, 4]) { Conv(40, 2, initializer: .orthogonal) }.filters("conv1").reshaped(40, 12)
      print(isClose(matmul(v.transposed, v), eye(12), within: 1e-5))
      """, "true\ntrue\n"),
    Row(
      "label smoothing, class weights, huber, hinge, contrastive",
      """
      let z = Tensor([[2, 0, -1], [0, 1, 0]]); let t = Tensor([0, 2]).cast(to: .int32)
      // PyTorch 2.15: F.cross_entropy(z, t, label_smoothing=0.1), with weight=[1, 2, 3]; huber_loss, multi_margin_loss
      print(isClose(crossEntropy(z, t, labelSmoothing: 0.1), 0.927312, within: 1e-5))
      print(isClose(crossEntropy(z, t, classWeights: [1, 2, 3]), 1.206045, within: 1e-5))
      print(isClose(huber([0, 0, 0], [0.5, 1, 3], delta: 1), (0.125 + 0.5 + 2.5) / 3, within: 1e-6))
      print(isClose(hinge(z, t), (0 + 0 + 1 + 2) / 6.0, within: 1e-6))
      print(isClose(hinge(Tensor([2, 0.5, -3]), Tensor([1, 1, 0]).cast(to: .int32)), 0.5 / 3, within: 1e-6))
      print(isClose(contrastiveLoss([[0, 0], [0, 0]], [[0, 2], [0, 0.5]], [1, 0]), (0.5 * 4 + 0.5 * 0.25) / 2, within: 1e-6))
      """, "true\ntrue\ntrue\ntrue\ntrue\ntrue\n"),
  ]

  @Test(arguments: rows + networks)
  func programsPrintWhatIsTrue(_ row: Row) {
    let session = Session()
    #expect(session.output(of: Self.prelude) == "")
    #expect(session.output(of: row.program, withoutTraining: true) == row.output)
  }
}

extension Session {
  /// What a cell prints and gives, without the lines that tell how training goes.
  func output(of text: String, withoutTraining: Bool) -> String {
    output(of: text).split(separator: "\n", omittingEmptySubsequences: false)
      .filter { line in
        !line.hasPrefix("epoch ") && !line.hasPrefix("resuming ") && !line.hasPrefix("this training ")
          && line.range(of: "^[0-9]+ epochs? in ", options: .regularExpression) == nil
      }.joined(separator: "\n")
  }
}
