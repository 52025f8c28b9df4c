import CPUBackend
import Foundation
import Interpreter
import TensorRuntime
import Testing

/// Loops with `minimize` whose steps are recognised must do what they do when every step is built anew, to the last bit.
@Suite struct HandWrittenLoopTests {
  /// Networks `a` and `b` of the same form, data, and what is compared at the end: the losses printed in full, and the
  /// weights and statistics of both networks.
  private static let prelude = """
    seed(5)
    func make() -> Model {
        Sequential(input: [1, 8, 8]) {
            Conv(4, 3, padding: 1); BatchNorm(); relu; MaxPool(2); Flatten(); Dropout(0.3); Dense(3)
        }
    }
    let a = make()
    let b = make()
    let images = rand(20, 1, 8, 8)
    let labels = randint(0..<3, 20)
    let shares = rand(20, 3)
    let v = Variable(2.0)

    """

  static let loops: [String: String] = [
    "plain":
      "let opt = SGD(a, lr: 0.1)\nfor _ in 0..<4 { print(Double(opt.minimize { crossEntropy(a(images), labels) })) }",
    "batches of the data, the last one smaller": """
    let opt = Adam(a, lr: 0.01)
    for step in 0..<6 {
        let from = step % 3 * 8
        print(Double(opt.minimize { crossEntropy(a(images[from..<min(from + 8, 20)]), labels[from..<min(from + 8, 20)]) }))
    }
    """,
    "branches": """
    let opt = SGD(a, lr: 0.1)
    for step in 0..<6 {
        print(Double(opt.minimize {
            if step % 3 == 0 { return mse(a(images), shares) }
            var total = Tensor(0.0)
            for part in 0...(step % 3) { total = total + crossEntropy(a(images[part * 4..<part * 4 + 4]), labels[part * 4..<part * 4 + 4]) }
            return total
        }))
    }
    """,
    "changing numbers": """
    let opt = SGD(a, lr: 0.1, momentum: 0.9)
    for step in 1...5 {
        opt.lr = 0.1 / Double(step)
        print(Double(opt.minimize { Double(step) * crossEntropy(a(images * (1.0 / Double(step))), labels) + pow(a(images), Double(step)).mean() }))
    }
    """,
    "two optimizers, one behind the other": """
    let optA = Adam(a, lr: 0.01)
    let optB = Adam(b, lr: 0.01)
    for _ in 0..<4 {
        print(Double(optA.minimize { crossEntropy(a(images), labels) + mse(a(images), detach(b(images))) }))
        print(Double(optB.minimize { mse(a(images), b(images)) }))
        print(Double(optA.minimize { mse(a(images), b(images)) }))
    }
    """,
    "two networks of the same form, one optimizer each and one for both": """
    let (optA, optB, both) = (SGD(a, lr: 0.1), SGD(b, lr: 0.1), SGD([b, a], lr: 0.1))
    for _ in 0..<3 {
        print(Double(optA.minimize { crossEntropy(a(images), labels) }))
        print(Double(optB.minimize { crossEntropy(b(images), labels) }))
        print(Double(both.minimize { crossEntropy(a(images) - b(images), labels) }))
        print(Double(optB.minimize { crossEntropy(a(images) - b(images), labels) }))
    }
    """,
    "gradients of several batches in one step, clipped": """
    let opt = SGD(a, lr: 0.5, clip: 0.2)
    for _ in 0..<4 {
        print(Double(opt.minimize {
            crossEntropy(a(images[..<8]), labels[..<8]) * 0.4 + crossEntropy(a(images[8...]), labels[8...]) * 0.6
        }))
    }
    """,
    "looking inside": """
    let opt = SGD(a, lr: 0.1)
    var calm = 0
    for _ in 0..<5 {
        print(Double(opt.minimize {
            let y = a(images)
            print(y.mean().number, "\\(y)")
            let loss = crossEntropy(y, labels)
            if loss.number < 1.1 { calm += 1; return loss * 0.5 }
            return loss + (y * y).mean()
        }))
    }
    print(calm)
    """,
    "errors inside": """
    let opt = Adam(a, lr: 0.01)
    for step in 0..<6 {
        do {
            print(Double(opt.minimize {
                let y = a(images)
                if step == 2 { return crossEntropy(y, labels[..<3]) }
                if step == 3 { return crossEntropy(y, labels) * Double.nan }
                if step == 4 { return (images * 2.0).mean() }
                return crossEntropy(y, labels)
            }))
        } catch { print("\\(error)") }
    }
    """,
    "what was written outside": """
    let opt = SGD(a, lr: 0.1)
    let bright = images * 2.0 + rand(20, 1, 8, 8)
    let halves = (0..<2).map { bright[$0 * 10..<$0 * 10 + 10] * 0.5 }
    let other = b(bright)
    for step in 0..<5 {
        print(Double(opt.minimize { crossEntropy(a(halves[step % 2]), labels[step % 2 * 10..<step % 2 * 10 + 10]) + mse(a(bright), other) }))
    }
    let optB = SGD(b, lr: 0.1)
    print(Double(optB.minimize { mse(other, shares) }), bright.mean().number, other.sum().number)
    """,
    "a penalty on the gradient": """
    let opt = Adam(b, lr: 0.01)
    for step in 0..<3 {
        let x = images[step * 5..<step * 5 + 5]
        print(Double(opt.minimize {
            let slope = gradient(of: x) { x in b(x).sum() }
            return pow(sqrt((slope * slope).reshaped(5, 64).sum(axis: 1)) - 1.0, 2).mean()
        }))
    }
    """,
    "former values and assignments": """
    let opt = SGD(v, lr: 0.1)
    for step in 0..<5 {
        let before = v.value
        print(Double(opt.minimize { (v * v + v * before * Double(step)).sum() }), v.value.number)
        if step == 2 { v.value = 5.0 }
        print((v * before).number)
    }
    """,
    "other constants, optimizers and roles": """
    for step in 0..<4 {
        let opt = SGD(step % 2 == 0 ? a : b, lr: 0.1)
        print(Double(opt.minimize { pow(sigmoid(a(images)), 1.5 + Double(step)).mean() + crossEntropy(b(images), labels) }))
        print(Double(SGD(v, lr: 0.1).minimize { (v - Double(step)) * (v - Double(step)) }))
    }
    """,
  ]

  private func run(_ loop: String, recognizing: Bool) throws -> (text: String, files: [Data]) {
    var made: Runtime?
    let session = Session {
      let runtime = Runtime(backend: CPUBackend(threads: 2))
      runtime.recognizesSteps = recognizing
      made = runtime
      return runtime
    }
    let paths = (0..<2).map { _ in NSTemporaryDirectory() + "loop-\(UUID().uuidString).safetensors" }
    defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
    let text = session.output(
      of: Self.prelude + loop + "\nprint(v.value.number)\na.save(\"\(paths[0])\")\nb.save(\"\(paths[1])\")")
    #expect(made?.recognizesSteps == recognizing)
    return (text, try paths.map { try Data(contentsOf: URL(fileURLWithPath: $0)) })
  }

  @Test(arguments: loops.keys.sorted()) func recognisedStepsAreThoseBuiltAnew(_ name: String) throws {
    let loop = Self.loops[name] ?? ""
    let recognised = try run(loop, recognizing: true)
    let built = try run(loop, recognizing: false)
    #expect(recognised.text == built.text)
    #expect(recognised.text.split(separator: "\n").count > 3, "\(recognised.text)")
    #expect(recognised.files == built.files)
  }

  /// Interrupted anywhere, both networks are as after a whole number of steps, and the loop can go on from there.
  @Test func anInterruptedLoopOfTwoOptimizersKeepsBothNetworksWhole() throws {
    let program = """
      seed(5)
      let g = Sequential(input: [4]) { Dense(64); BatchNorm(); relu; Dense(64); Reshape(1, 8, 8) }
      let d = Sequential(input: [1, 8, 8]) { Conv(8, 3, activation: .leakyRelu(0.2)); BatchNorm(); Flatten(); Dense(1) }
      let (optG, optD) = (Adam(g, lr: 1e-3), Adam(d, lr: 1e-3))
      let real = rand(16, 1, 8, 8)
      let noise = (0..<4).map { _ in randn(16, 4) }
      func train(_ first: Int, _ lastD: Int, _ lastG: Int) {
          for step in first..<lastD {
              let z = noise[step % 4]
              if optD.steps == step { optD.minimize { bce(d(real), 1) + bce(d(detach(g(z))), 0) } }
              if step < lastG { optG.minimize { bce(d(g(z)), 1) } }
          }
      }

      """
    func state(_ session: Session) throws -> [Data] {
      let path = NSTemporaryDirectory() + "whole-\(UUID().uuidString).safetensors"
      defer { try? FileManager.default.removeItem(atPath: path) }
      return try ["g", "d"].map { name in
        _ = session.output(of: "\(name).save(\"\(path)\")")
        return try Data(contentsOf: URL(fileURLWithPath: path))
      }
    }
    func steps(_ session: Session, _ name: String) throws -> Int {
      try #require(Int(session.output(of: "\(name).steps")))
    }
    for milliseconds in [30, 47, 61] {
      let session = Session()
      _ = session.output(of: program + "train(0, 2, 2)")
      let interrupter = Thread {
        Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
        session.interruption.cancel()
      }
      interrupter.start()
      guard case .interrupted = session.execute("train(2, 1000000, 1000000)", sink: RecordingSink()).outcome
      else {
        Issue.record("not interrupted")
        continue
      }
      let (stepsD, stepsG) = (try steps(session, "optD"), try steps(session, "optG"))
      #expect(stepsG >= 2 && (stepsD == stepsG || stepsD == stepsG + 1))
      let whole = Session()
      _ = whole.output(of: program + "train(0, \(stepsD), \(stepsG))")
      #expect(try state(session) == state(whole))
      for each in [session, whole] {
        #expect(each.output(of: "train(\(stepsG), \(stepsD + 3), \(stepsD + 3))") == "")
      }
      #expect(try state(session) == state(whole))
    }
  }
}
