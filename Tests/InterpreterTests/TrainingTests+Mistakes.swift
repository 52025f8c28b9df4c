import Foundation
import Interpreter
import Testing

/// Trainings that can't go on, and one that does.
extension TrainingTests {
  /// Mistakes in training, and how their errors read.
  static let mistakes = [
    Row(
      "softmax before cross-entropy",
      "Sequential(input: [8]) { Dense(2, activation: .softmax) }.fit((x, y))",
      "crossEntropy applies softmax itself, and its input went through softmax already"),
    Row(
      "softmax before cross-entropy in a loop",
      "let m = net(); let o = Adam(m); o.minimize { crossEntropy(softmax(m(x), axis: 1), y) }",
      "crossEntropy applies softmax itself, and its input went through softmax already"),
    Row(
      "sigmoid before bce", "bce(sigmoid(x), x)",
      "bce applies sigmoid itself, and its input went through sigmoid already"),
    Row(
      "labels out of range", "net().fit((x, y + 3))",
      "labels go up to 4, and the network has 2 outputs, for classes 0 to 1"),
    Row(
      "a batch of one into batch norm",
      "Sequential(input: [8]) { Dense(4); BatchNorm(); Dense(2) }.fit((x[..<1], y[..<1]))",
      "BatchNorm() can't train on a batch of one value per channel, got [1, 4]"),
    Row(
      "a rate for a layer that isn't there", "net().fit((x, y), rates: [\"bdy\": 1.0])",
      "rates: names the layer 'bdy', and the layers are body, head"),
    Row(
      "weights with a loss of one's own",
      "net().fit((x, y), loss: { p, t in p.mean() }, weights: ones(96))",
      "weights: need a loss that knows each sample's share, and loss gives one number for all of them"),
    Row(
      "too few weights", "net().fit((x, y), weights: ones(5))", "there are 5 weights for 96 samples"),
    Row(
      "unpooling what doesn't fit", "MaxUnpool(2)(zeros(1, 1, 3, 3), zeros(1, 1, 4, 4))",
      "MaxUnpool(2) got [1, 3, 3], but the pooling of [1, 4, 4] gives [1, 2, 2]"),
    Row(
      "numbers that grow beyond all bounds",
      """
      let m = Sequential(input: [8]) { Dense(4); Dense(4, activation: .relu); Dense(2) }
      m.fit((x * 1e20, y), epochs: 5, optimizer: .sgd(lr: 1e10))
      """,
      "training stopped at epoch 1, batch 2: the loss became nan (lr 1e+10); the first numbers that are not finite leave dense1, whose input was finite (up to 1e+20)"
    ),
  ]

  @Test(arguments: mistakes)
  func mistakesAreExplained(_ row: Row) {
    let session = Session()
    #expect(session.output(of: Self.prelude) == "")
    let message = session.failure(of: row.program)?.message
    #expect(message?.hasPrefix(row.output) == true, "got: \(message ?? "no error")")
  }

  @Test func aTrainingResumesInTheMiddleOfAnEpochToTheSameBits() throws {
    let folder = NSTemporaryDirectory() + "cnnrepl-resume-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func program(_ fit: String) -> String {
      """
      seed(3)
      let data = Digits(count: 300, validation: 0.2)
      let m = Sequential(input: [1, 28, 28]) { Conv(4, 4, stride: 2, activation: .relu); BatchNorm(); Flatten(); Dropout(0.3); Dense(10) }
      m.fit(data, \(fit))
      print(m.filters("conv1").sum(), m.filters("dense1").sum(), m.filters("bn1").sum(), m(data.test[0].image).sum())
      """
    }
    let settings =
      "epochs: 4, batch: 32, optimizer: .adam(lr: 0.01), schedule: .cosine, warmup: 3, averaging: 0.9, checkpoint: \"\(folder)\", checkpointEvery: 1"
    let whole = Session().output(of: program(settings), withoutTraining: true)
    // Batch 13 lies in the middle of the second epoch.
    let stopped = Session().failure(
      of: program(settings + ", onBatch: { b in if b.epoch == 2 && b.batch == 5 { throw \"killed\" } }"))
    #expect(stopped?.message == "killed")
    let resumed = Session().output(of: program("resume: \"\(folder)\""), withoutTraining: true)
    #expect(resumed == whole)
    #expect(whole.split(separator: " ").count == 4)
    let again = Session().output(of: program("resume: \"\(folder)\""), withoutTraining: true)
    #expect(again == whole)
  }
}
