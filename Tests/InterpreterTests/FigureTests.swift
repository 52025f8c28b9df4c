import Interpreter
import Testing

/// The course of a training drawn batch by batch, with epochs and validation over it.
@Test func plotsBatches() {
  let session = Session()
  let training = """
    seed(1)
    let data = Digits(count: 200, validation: 0.2)
    let net = Sequential(input: [1, 28, 28]) { Flatten(); Dense(10) }
    let run = net.fit(data, epochs: 3, batch: 16)
    """
  #expect(session.failure(of: training) == nil)
  let perEpoch = session.output(of: "plot(run)")
  let perBatch = session.output(of: "plot(run, per: .batch)")
  for name in ["training", "validation"] { #expect(perEpoch.contains(name) && perBatch.contains(name)) }
  #expect(perBatch.contains("batches") && !perEpoch.contains("batches"))
  #expect(session.failure(of: "plot(run, per: .step)")?.text.contains(".batch") == true)
  #expect(session.output(of: "plot(net.fit(data, epochs: 1), per: .batch)").contains("batches"))
}

/// Samples are looked at as they are, whatever a network is given of them.
@Test func showsNormalizedSamplesAsTheyWere() {
  let session = Session()
  #expect(session.failure(of: "seed(1)\nlet data = Digits(count: 40)") == nil)
  #expect(
    session.output(of: "show(data.normalized.test.take(4))") == session.output(of: "show(data.test.take(4))"))
  #expect(
    session.failure(of: "let net = Sequential(input: [1, 28, 28]) { Flatten(); Dense(10) }\nnet.reset()")
      == nil)
  // With these weights it is the same mistake either way.
  let shown = session.output(of: "show(net.mistakes(data.normalized.test, count: 1))")
  #expect(shown.contains(" as ") && shown == session.output(of: "show(net.mistakes(data.test, count: 1))"))
}

/// Charts given together stand side by side, images in a figure of their own.
@Test func showsChartsTogether() {
  func count(_ text: String) -> Int {
    let sink = RecordingSink()
    _ = Session().execute(text, sink: sink)
    return sink.shown.count
  }
  #expect(count("show(heatmap(eye(3)), heatmap(ones(2, 2)))") == 1)
  #expect(count("show(heatmap(eye(3)), rand(1, 4, 4), rand(1, 4, 4), heatmap(eye(3)), bars([1]))") == 3)
  #expect(count("show(bars([1]), bars([2]), bars([3]), bars([4]))") == 2)
}
