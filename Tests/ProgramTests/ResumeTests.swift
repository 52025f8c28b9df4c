import Foundation
import Testing

/// Trainings of adversaries that are killed and go on in another process, compared byte for byte.
@Suite struct ResumeTests {
  private let folder: Scratch

  init() throws { folder = try Scratch() }

  private static let networks = """
    seed(5)
    let g = Sequential(input: [6]) {
        Dense(64); Reshape(4, 4, 4); BatchNorm(); relu
        ConvTranspose(1, 4, stride: 2, padding: 1, activation: .sigmoid)
    }
    let d = Sequential(input: [1, 8, 8]) {
        Conv(4, 4, stride: 2, padding: 1, activation: .leakyRelu(0.2)); BatchNorm(); Flatten(); Dropout(0.2); Dense(1)
    }
    let images = rand(160, 1, 8, 8)

    """

  /// Starts a program and kills it once a file is there.
  private func kill(_ program: String, onceThereIs file: String) throws {
    try folder.write("killed.cnn", program)
    let process = Process()
    process.executableURL = ProgramRun.program
    process.arguments = ["run", "killed.cnn"]
    process.currentDirectoryURL = folder.url
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let path = folder.url.appendingPathComponent(file).path
    while process.isRunning, !FileManager.default.fileExists(atPath: path) { usleep(2_000) }
    #expect(process.isRunning)
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private func run(_ program: String) throws -> String {
    try folder.write("program.cnn", program)
    let run = try ProgramRun("run", "program.cnn", in: folder)
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").last.map(String.init) ?? ""
  }

  private func bytes(_ name: String) -> Data? {
    FileManager.default.contents(atPath: folder.url.appendingPathComponent(name).path)
  }

  @Test func aKilledGANGoesOnBitByBit() throws {
    let gan = Self.networks + "let gan = GAN(generator: g, discriminator: d)\n"
    try kill(
      gan + "gan.fit(images, epochs: 1_000_000, batch: 16, checkpoint: \"killed\", every: 4)",
      onceThereIs: "killed/checkpoint.safetensors")
    // The killed process may have come any way; the straight one goes as far as the resumed one.
    let epochs = try run(
      gan + """
        gan.fit(images, epochs: 0, resume: "killed");
        gan.fit(images, epochs: 2, batch: 16, checkpoint: "killed");
        print(gan.run.epochs)
        """)
    _ = try run(gan + "gan.fit(images, epochs: \(epochs), batch: 16, checkpoint: \"straight\");")
    let straight = bytes("straight/checkpoint.safetensors")
    #expect(straight != nil)
    #expect(bytes("killed/checkpoint.safetensors") == straight)
  }

  @Test func aKilledLoopGoesOnBitByBit() throws {
    let loop =
      Self.networks + """
        let optG = Adam(g, lr: 2e-4, beta1: 0.5)
        let optD = Adam(d, lr: 2e-4, beta1: 0.5)
        func train(_ from: Int, _ to: Int, keeping path: String) {
            for step in from..<to {
                let real = images[step % 10 * 16..<(step % 10 * 16 + 16)]
                let z = randn(16, 6)
                optD.minimize { bce(d(real), 1) + bce(d(detach(g(z))), 0) }
                optG.minimize { bce(d(g(z)), 1) }
                if (step + 1) % 5 == 0 { saveState(path, g, d, optG, optD, step: step + 1) }
            }
        }

        """
    try kill(
      loop + "train(0, 1_000_000, keeping: \"killed.safetensors\")", onceThereIs: "killed.safetensors")
    let steps = try run(
      loop + """
        let step = restoreState("killed.safetensors", g, d, optG, optD)
        train(step, step + 10, keeping: "killed.safetensors")
        print(step + 10)
        """)
    _ = try run(loop + "train(0, \(steps), keeping: \"straight.safetensors\")")
    let straight = bytes("straight.safetensors")
    #expect(straight != nil)
    #expect(bytes("killed.safetensors") == straight)
  }
}
