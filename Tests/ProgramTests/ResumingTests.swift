import Foundation
import Testing

/// Training that is killed goes on in another process to the same bits.
@Suite struct ResumingTests {
  private func program(_ fit: String, result: String) -> String {
    """
    seed(11)
    let data = Digits(count: 400, validation: 0.1)
    let noisy = data.train.augmented(Augment(rotate: 10, shift: 0.1))
    let net = Sequential(input: [1, 28, 28]) {
        Conv(6, 5, activation: .relu); MaxPool(2); BatchNorm(); Flatten(); Dropout(0.2); Dense(10)
    }
    net.fit(noisy, validation: data.test, \(fit))
    net.save("\(result)")
    """
  }

  @Test(arguments: [SIGKILL, SIGINT])
  func anotherProcessGoesOnAtTheBatch(signal: Int32) throws {
    let folder = try Scratch()
    let settings = "epochs: 3, batch: 16, optimizer: .adam(lr: 0.003), checkpoint: \"state\""
    try folder.write("whole.cnn", program(settings, result: "whole.safetensors"))
    #expect(try ProgramRun("whole.cnn", in: folder).status == 0)
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("state"))

    // The training writes its state at every batch and is stopped in the middle of epoch 2.
    let end = "if b.epoch == 2 && b.batch == 7 { writeText(\"reached\", to: \"mark\"); while true { } }"
    try folder.write(
      "cut.cnn",
      program(settings + ", checkpointEvery: 1, onBatch: { b in \(end) }", result: "never.safetensors"))
    let process = Process()
    process.executableURL = ProgramRun.program
    process.arguments = ["cut.cnn"]
    process.currentDirectoryURL = folder.url
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while process.isRunning, !folder.names.contains("mark") { usleep(5_000) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == (signal == SIGKILL ? .uncaughtSignal : .exit))
    #expect(!folder.names.contains("never.safetensors"))

    try folder.write("rest.cnn", program("resume: \"state\"", result: "rest.safetensors"))
    let rest = try ProgramRun("rest.cnn", in: folder)
    #expect(rest.status == 0)
    #expect(rest.output.contains("resuming epoch 2 of 3 after batch"))
    let bytes = try ["whole", "rest"].map {
      try Data(contentsOf: folder.url.appendingPathComponent("\($0).safetensors"))
    }
    #expect(bytes[0] == bytes[1])
  }
}
