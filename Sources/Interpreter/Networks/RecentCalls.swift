import NeuralNetwork
import TensorRuntime

/// The last calls of layers outside of networks, so that an error can tell the shapes that led to it.
struct RecentCalls {
  private struct Call {
    let layer: String
    let input: Tensor.Handle
    let output: Tensor.Handle
    let from: Shape
    let to: Shape
  }

  /// How many calls are remembered.
  private static let limit = 32
  /// How many of them an error shows.
  private static let shown = 4

  private var calls: [Call] = []
  private var next = 0

  mutating func add(_ layer: any Layer, from inputs: [Tensor], to outputs: [Tensor]) {
    guard let input = inputs.first, let output = outputs.first else { return }
    let call = Call(
      layer: layer.notation, input: input.handle, output: output.handle, from: input.shape, to: output.shape)
    if calls.count < Self.limit { calls.append(call) } else { calls[next] = call }
    next = (next + 1) % Self.limit
  }

  /// `[4, 1, 28, 28] -> Conv(6, 5) -> [4, 6, 24, 24]`: how a tensor came to its shape, where layers made it.
  func chain(to tensor: Tensor) -> String? {
    var text = ""
    var (handle, shape) = (tensor.handle, tensor.shape)
    for step in 0...Self.shown {
      guard let call = calls.last(where: { $0.output == handle && $0.to == shape }),
        call.input != handle
      else { break }
      guard step < Self.shown else { return "… -> \(shape)" + text }
      text = " -> \(call.layer) -> \(shape)" + text
      (handle, shape) = (call.input, call.from)
    }
    return text.isEmpty ? nil : "\(shape)" + text
  }
}
