import Foundation
import Interpreter
import Testing

/// A GAN of 8×8 images as programs write it.
private let networks = """
  seed(3)
  let g = Sequential(input: [6]) {
      Dense(64, activation: .relu); Reshape(4, 4, 4); BatchNorm()
      ConvTranspose(1, 4, stride: 2, padding: 1, activation: .sigmoid)
  }
  let d = Sequential(input: [1, 8, 8]) {
      Conv(4, 4, stride: 2, padding: 1, activation: .leakyRelu(0.2)); BatchNorm(); Flatten(); Dense(1)
  }
  let optG = Adam(g, lr: 2e-4, beta1: 0.5)
  let optD = Adam(d, lr: 2e-4, beta1: 0.5)
  let images = rand(64, 1, 8, 8)
  func train(_ from: Int, _ to: Int) {
      for step in from..<to {
          let real = images[step % 4 * 16..<(step % 4 * 16 + 16)]
          let z = randn(real.count, 6)
          let lossD = optD.minimize { bce(d(real), 1) + bce(d(detach(g(z))), 0) }
          let lossG = optG.minimize { bce(d(g(z)), 1) }
          live("D", lossD, "G", lossG)
      }
  }

  """

@Test func aLoopOfTwoOptimizersRunsAndChangesBothNetworks() {
  let session = Session()
  let text = session.output(of: networks + "let probe = randn(2, 6)\nlet before = g(probe)\ntrain(0, 12)")
  #expect(text.hasPrefix("step 1: D "))
  #expect(text.split(separator: "\n").count == 5)
  #expect(text.contains("\nstep 12: D "))
  #expect(session.output(of: "g(probe) == before") == "false")
}

@Test func aNetworkInfersOutsideUnlessToldOtherwise() {
  let session = Session()
  _ = session.output(of: networks + "let x = images[..<4]\nlet y = d(x)")
  #expect(session.output(of: "d(x) == y") == "true")
  #expect(session.output(of: "d(x, training: true) == y") == "false")
  // Asking for the training mode uses the batch's statistics, and changes none.
  #expect(session.output(of: "d(x) == y") == "true")
  // Inside of minimize it is the mode anyway: statistics move with the step, once for each batch.
  _ = session.output(of: "let one = d.copy()\nlet two = d.copy()")
  _ = session.output(of: "SGD(one, lr: 1e-12).minimize { bce(one(x), 1) }")
  _ = session.output(of: "SGD(two, lr: 1e-12).minimize { bce(two(x, training: true), 1) }")
  #expect(session.output(of: "one(x) == two(x) && !isClose(one(x), y, within: 1e-9)") == "true")
}

/// f = (∂(v x²)/∂x)² = 4 v² x² at x = 3: ∂f/∂v = 8 v x² = 144 at v = 2.
@Test func aGradientInsideOfMinimizeIsDifferentiated() {
  let program = """
    let v = Variable(2.0)
    let x = Tensor(3.0)
    SGD(v, lr: 1.0).minimize {
        let slope = gradient(of: x) { x in v * x * x }
        return slope * slope
    }
    v.value
    """
  #expect(Session().output(of: program) == "-142.")
}

@Test func aSavedStateGoesOnBitByBit() throws {
  let path = NSTemporaryDirectory() + "state-\(UUID().uuidString).safetensors"
  defer { try? FileManager.default.removeItem(atPath: path) }
  let straight = Session()
  _ = straight.output(of: networks + "train(0, 9)")
  let first = Session()
  _ = first.output(of: networks + "train(0, 4)\nsaveState(\"\(path)\", g, d, optG, optD, step: 4)")
  let second = Session()
  _ = second.output(of: networks)
  #expect(
    second.output(of: "let step = restoreState(\"\(path)\", g, d, optG, optD)\nprint(step)").hasSuffix("4\n"))
  _ = second.output(of: "train(step, 9)")
  let probe =
    "seed(8)\nlet x = randn(3, 6)\n(g(x).flattened, d(g(x)), optG.steps, g(x, training: true).sum())"
  let wanted = straight.output(of: probe)
  #expect(wanted.contains("9"))
  #expect(second.output(of: probe) == wanted)
  #expect(
    second.failure(of: "restoreState(\"\(path)\", d, g, optG, optD)")?.text.contains(
      "restore the same networks and optimizers") == true)
}

@Test func aGANInALineIsTrainedShownAndAsked() {
  let session = Session()
  let text = session.output(
    of: networks + "let gan = GAN(generator: g, discriminator: d, labelSmoothing: 0.1)\n"
      + "let run = gan.fit(images, epochs: 2, batch: 16)\nprint(run.steps, run.epochs, run.generatorLosses.count)"
  )
  #expect(text.hasSuffix("8 2 8\n"))
  #expect(text.contains("step 1: D ") && text.contains("epoch 2/2, batch 4/4"))
  #expect(session.output(of: "gan.samples(3, seed: 5) == gan.samples(3, seed: 5)") == "true")
  #expect(session.output(of: "gan.samples(3) == gan.samples(3)") == "false")
  #expect(session.output(of: "gan.interpolate(1, 2, steps: 5).shape") == "[5, 1, 8, 8]")
  #expect(
    session.output(
      of: "let w = gan.interpolate(1, 2, steps: 4)\nisClose(w[0], gan.samples(1, seed: 1)[0], within: 1e-5)")
      == "true")
  #expect(session.failure(of: "gan.samples(2, label: 1)")?.message == "this GAN knows no classes")
  #expect(session.output(of: "plot(run)").contains("balance"))
}

@Test func aConditionalGANMakesWhatIsAsked() {
  let program = """
    seed(1)
    let g = Model(inputs: [[4], [2]]) { z, label in concat(z, label) |> Dense(16, activation: .sigmoid) |> Reshape(1, 4, 4) }
    let d = Model(inputs: [[1, 4, 4], [2]]) { x, label in
        concat(x |> Flatten(), label) |> Dense(16, activation: .leakyRelu(0.2)) |> Dense(1)
    }
    let gan = GAN(generator: g, discriminator: d, classes: 2, optimizer: .adam(lr: 0.01, beta1: 0.5))
    let labels = concat(zeros(32), ones(32), axis: 0).cast(to: .int32)
    gan.fit((concat(zeros(32, 1, 4, 4), ones(32, 1, 4, 4), axis: 0), labels), epochs: 60, batch: 16);
    """
  let session = Session()
  #expect(session.failure(of: program) == nil)
  let brightness = { (label: Int) in "gan.samples(20, seed: 1, label: \(label)).mean().number" }
  #expect(session.output(of: "\(brightness(1)) > \(brightness(0)) + 0.3") == "true")
  #expect(session.output(of: "gan.samples(4).shape") == "[4, 1, 4, 4]")
  #expect(session.failure(of: "gan.samples(1, label: 2)")?.text.contains("from 0 to 1") == true)
}

@Test func liveWantsNamesAndNumbers() {
  let session = Session()
  #expect(session.output(of: "live(\"a\", 1, \"b\", Tensor(0.5))") == "step 1: a 1.0000, b 0.5000\n")
  #expect(session.output(of: "live(3)") == "step 1: value 3.0000\n")
  #expect(session.failure(of: "live(\"a\")")?.message == "live has no number for \"a\"")
  #expect(
    session.failure(of: "live(\"a\", [1])")?.message == "live wants a number after \"a\", got an Array")
}

/// A notebook's front end: one display, updated in place, and its last state is that of the last step.
@Test func liveIsOneDisplayInANotebook() {
  let sink = NotebookFront()
  _ = Session().execute("for i in 1...1000 { live(\"x\", i) }\nfor i in 1...3 { live(\"y\", i) }", sink: sink)
  #expect(sink.displays == 2)
  #expect(sink.last.count == 2)
  #expect(sink.last.values.contains { $0.plainText.hasPrefix("step 1,000: x 1000.0000") })
  #expect(sink.last.values.contains { $0.plainText.hasPrefix("step 3: y 3.0000") })
  #expect(sink.last.values.allSatisfy { $0.forms.first?.type == "text/html" })
  #expect(sink.text == "")
}

@Test func aStripGrowsInPlaceAndStaysBounded() {
  let sink = NotebookFront()
  _ = Session().execute("for i in 0..<40 { strip(rand(3, 1, 4, 4), caption: \"step \\(i)\") }", sink: sink)
  #expect(sink.displays == 1)
  #expect(sink.updates == 39)
}

/// Shows pictures and updates displays, as Jupyter does.
private final class NotebookFront: OutputSink {
  var text = ""
  var displays = 0
  var updates = 0
  var last: [String: MIMEBundle] = [:]

  var capabilities: SinkCapabilities {
    SinkCapabilities(progress: .display, columns: 80, showsPictures: true, colors: false, canAsk: false)
  }
  func write(_ text: String, to stream: StandardStream) { self.text += text }
  func display(_ bundle: MIMEBundle, id: String?) {
    displays += 1
    last[id ?? ""] = bundle
  }
  func update(_ bundle: MIMEBundle, id: String) {
    updates += 1
    last[id] = bundle
  }
  func clear(wait: Bool) {}
  func ask(prompt: String, hidden: Bool) throws -> String { "" }
}

/// A generator that makes one image of any noise is told of once, not at each epoch.
@Test func tellsOfACollapse() {
  let text = Session().output(
    of: """
      seed(1)
      let g = Model(input: [2]) { z in (z * 0.0) |> Dense(16, activation: .sigmoid) |> Reshape(1, 4, 4) }
      let d = Sequential(input: [1, 4, 4]) { Flatten(); Dense(1) }
      let run = GAN(generator: g, discriminator: d).fit(rand(20, 1, 4, 4), epochs: 80, batch: 5)
      expect(run.diversities.last! < 0.01 && run.warning.contains("collapsed"))
      """)
  #expect(text.components(separatedBy: "warning: the generator may have collapsed").count == 2, "\(text)")
}
