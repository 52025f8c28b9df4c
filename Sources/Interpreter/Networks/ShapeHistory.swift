import NeuralNetwork
import Syntax
import TensorRuntime

/// What the layers of a body did to shapes so far, while the body is being recorded: what an error in it shows.
struct ShapeHistory {
  /// One layer that was applied.
  struct Step {
    let layer: String
    let from: Shape
    let to: Shape
    let place: SourcePlace?
  }

  /// `Sequential` or `Model`.
  let form: String
  /// The shapes of one sample of each input.
  let inputs: [Shape]
  private(set) var steps: [Step] = []

  init(form: String, inputs: [Shape]) {
    self.form = form
    self.inputs = inputs
  }

  mutating func add(_ layer: any Layer, from inputs: [Tensor], to output: Tensor, at place: SourcePlace?) {
    guard let input = inputs.first else { return }
    steps.append(
      Step(
        layer: layer.notation, from: input.shape.droppingBatch, to: output.shape.droppingBatch, place: place))
  }

  /// An error of this body with what led there, and where in the network it stands.
  ///
  /// `layer` is the name of the layer that refused; `nil` for an operation between layers.
  func explain(_ error: any Error, layer: String?, at place: SourcePlace?) -> any Error {
    guard let explained = error as? any ExplainedError else { return error }
    let result =
      explained as? EvaluationError
      ?? EvaluationError("ShapeError", explained.message, fix: explained.fix)
    guard ["ShapeError", "TensorError", "LayerError"].contains(result.kind) else { return error }
    result.at(place).inside(layer, of: form, number: steps.count + 1)
    if result.context.isEmpty && result.notes.isEmpty {
      show(on: result)
      if let hint = inputs.lazy.compactMap(Self.channelsLast).first { result.note(hint) }
    }
    return result
  }

  /// What to say of an input shape that looks like one of a library with channels last.
  static func channelsLast(_ input: Shape) -> String? {
    guard input.rank == 3, [1, 3, 4].contains(input[2]), input[0] >= 8, input[1] >= 8 else { return nil }
    return "input: \(input) looks like [height, width, channel]; images are [channel, height, width] here: "
      + "write input: [\(input[2]), \(input[0]), \(input[1])]"
  }

  /// Puts the last shapes beside their lines, or into a note where they stand on the line at fault.
  private func show(on error: EvaluationError) {
    let here = error.place
    var lines: [(place: SourcePlace, from: Shape, to: Shape)] = []
    for step in steps {
      guard let place = step.place, place.source === here?.source, place.line != here?.line else { continue }
      if let last = lines.last, last.place.line == place.line {
        lines[lines.count - 1].to = step.to
      } else {
        lines.append((place, step.from, step.to))
      }
    }
    error.show(lines.suffix(3).map { ($0.place, "\($0.from) -> \($0.to)") })
    let beside = steps.filter { $0.place == nil || $0.place?.line == here?.line }
    guard let first = beside.first else { return }
    let chain = beside.map { " -> \($0.layer) -> \($0.to)" }.suffix(4)
    let start = chain.count < beside.count ? "…" : "\(first.from)"
    error.note("shapes so far: \(start)\(chain.joined())")
  }
}
