import JSON
import TensorRuntime

extension GAN {
  private static let fileName = "checkpoint.safetensors"

  private var snapshot: Snapshot {
    var snapshot = Snapshot()
    snapshot.add(generator, named: "generator")
    snapshot.add(discriminator, named: "discriminator")
    snapshot.optimizers = [
      ("optimizer.generator", generator.parameters, generatorState),
      ("optimizer.discriminator", discriminator.parameters, discriminatorState),
    ]
    return snapshot
  }

  /// Keeps both networks, both optimizers, the random streams and the course so far. Throws `ModelFileError`.
  package func writeCheckpoint(to folder: String, random: RandomSource, runtime: Runtime) throws {
    var snapshot = snapshot
    if !progress.steps.isEmpty {
      snapshot.tensors = [
        ("course", [progress.steps.count, GANStep.width], progress.steps.flatMap(\.numbers))
      ]
    }
    snapshot.notes = [
      "epochs": .integer(progress.epochs), "batches": .integer(progress.batches),
      "lastEpoch": .integer(progress.lastEpoch), "discriminatorSteps": .integer(progress.discriminatorSteps),
    ]
    if let order = progress.order {
      snapshot.notes["orderSeed"] = .string(String(order.seed))
      snapshot.notes["orderStream"] = .string(String(order.stream))
    }
    try snapshot.write(to: "\(folder)/\(Self.fileName)", random: random, runtime: runtime)
  }

  /// Goes back to what ``writeCheckpoint(to:random:runtime:)`` kept; nothing changes when it doesn't fit.
  package func restoreCheckpoint(from folder: String, random: RandomSource) throws {
    var snapshot = snapshot
    try snapshot.restore(from: "\(folder)/\(Self.fileName)", random: random)
    func number(_ key: String) -> Int { max(0, snapshot.notes[key]?.intValue ?? 0) }
    var found = GANProgress()
    found.epochs = number("epochs")
    found.batches = number("batches")
    found.lastEpoch = number("lastEpoch")
    found.discriminatorSteps = number("discriminatorSteps")
    if let seed = snapshot.notes["orderSeed"]?.stringValue.flatMap({ UInt64($0) }),
      let stream = snapshot.notes["orderStream"]?.stringValue.flatMap({ UInt64($0) })
    {
      found.order = Philox(seed: seed, stream: stream)
    }
    if let course = snapshot.tensors.first(where: { $0.name == "course" })?.values {
      found.steps = stride(from: 0, to: course.count - course.count % GANStep.width, by: GANStep.width).map {
        GANStep(Array(course[$0..<$0 + GANStep.width]))
      }
    }
    progress = found
  }
}
