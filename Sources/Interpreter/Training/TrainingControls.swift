import NeuralNetwork

/// The controls of a training, where the front end has such things: pause, stop after the epoch, learning rate.
final class TrainingControls {
  private let steering: TrainingSteering
  private let learningRate: Double
  private let sink: any OutputSink
  private var withdraw: (() -> Void)?
  private var wereOffered = false

  init(_ steering: TrainingSteering, learningRate: Double, sink: any OutputSink) {
    self.steering = steering
    self.learningRate = learningRate
    self.sink = sink
  }

  /// Shows them; only the first call does.
  func offer() {
    guard !wereOffered else { return }
    wereOffered = true
    withdraw = sink.offer(Self.controls(learningRate)) { [steering] name, value in
      switch name {
      case "pause": steering.pause(value != 0)
      case "stop": steering.stopAfterEpoch()
      case "rate": steering.setLearningRate(value)
      default: break
      }
    }
  }

  /// Takes them away.
  func end() {
    withdraw?()
    withdraw = nil
  }

  private static func controls(_ rate: Double) -> [LiveControl] {
    let switches = [
      LiveControl(name: "pause", label: "Pause", kind: .toggle),
      LiveControl(name: "stop", label: "Stop after epoch", kind: .button),
    ]
    guard rate.isFinite, rate > 0 else { return switches }
    let slider = LiveControl.Kind.logarithmicSlider(value: rate, range: rate / 1_000...rate * 100)
    return switches + [LiveControl(name: "rate", label: "Learning rate", kind: slider)]
  }
}
