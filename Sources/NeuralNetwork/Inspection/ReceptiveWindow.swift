import TensorRuntime

/// Which part of the input one position of a layer's output sees, along each spatial axis.
///
/// Position p sees the input from `start + p · jump` to `start + p · jump + size − 1`; parts outside the input are
/// padding (Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016).
package struct ReceptiveWindow: Hashable, Sendable {
  /// Positions seen; `nil` when all of the input is.
  package var size: [Int]?
  /// Input positions between neighbouring outputs.
  package var jump: [Int]
  /// The first input position that output 0 sees.
  package var start: [Int]

  init(axes: Int) {
    size = [Int](repeating: 1, count: axes)
    jump = size ?? []
    start = [Int](repeating: 0, count: axes)
  }

  /// The input positions that an output position sees along an axis, padding included; `nil` for all of them.
  package func range(of position: Int, axis: Int) -> Range<Int>? {
    guard let size, size.indices.contains(axis) else { return nil }
    let first = start[axis] + position * jump[axis]
    return first..<first + size[axis]
  }

  func through(_ layer: any Layer, input: Shape, output: Shape) -> ReceptiveWindow {
    guard let size else { return self }
    guard let window = try? (layer as? any WindowedLayer)?.geometry(of: input.dimensions) else {
      let seesAll = output.rank < input.rank || layer is DenseLayer || layer is GlobalPoolingLayer
      return seesAll ? allSeeing : self
    }
    guard window.kernel.count == size.count else { return allSeeing }
    var next = self
    next.size = size.indices.map { axis in
      size[axis] + (window.kernel[axis] - 1) * dilation(window, axis) * jump[axis]
    }
    for axis in size.indices {
      next.start[axis] = start[axis] - window.padding.before[axis] * jump[axis]
      next.jump[axis] = jump[axis] * window.stride[axis]
    }
    return next
  }

  private func dilation(_ window: SpatialGeometry, _ axis: Int) -> Int {
    window.dilation.indices.contains(axis) ? window.dilation[axis] : window.dilation.first ?? 1
  }

  private var allSeeing: ReceptiveWindow {
    var copy = self
    copy.size = nil
    return copy
  }
}

/// A layer whose window slides over the input.
protocol WindowedLayer: Layer {
  /// Kernel, stride, dilation and padding for an input `[C, spatial…]`.
  func geometry(of input: [Int]) throws -> SpatialGeometry
}

extension PoolingLayer: WindowedLayer {}
extension ConvolutionLayer: WindowedLayer {}

extension Network {
  /// What one position of a part's output sees of the input. Throws `LayerError` for an unknown path.
  package func receptiveWindow(at path: String) throws -> ReceptiveWindow {
    let target = try part(at: path)
    let axes = max(0, (try recorded().inputShapes.first?.rank ?? 1) - 1)
    var found: ReceptiveWindow?
    _ = try window(entry: ReceptiveWindow(axes: axes), target: target, found: &found)
    return found ?? ReceptiveWindow(axes: axes)
  }

  private func window(
    entry: ReceptiveWindow, target: any Layer, found: inout ReceptiveWindow?
  ) throws -> ReceptiveWindow {
    let trace = try recorded()
    var windows: [Tensor.Handle: ReceptiveWindow] = [:]
    for input in trace.inputs { windows[input.handle] = entry }
    for call in trace.calls {
      let reaching = call.inputs.map { Self.widest(behind: $0, known: windows) ?? entry }
      let before = reaching.max { Self.extent($0) < Self.extent($1) } ?? entry
      var after: ReceptiveWindow
      if let network = call.layer as? Network {
        after = try network.window(entry: before, target: target, found: &found)
      } else {
        after = before.through(
          call.layer, input: call.inputs.first?.shape.droppingBatch ?? [],
          output: call.output.shape.droppingBatch)
      }
      if call.layer === target { found = after }
      windows[call.output.handle] = after
    }
    return trace.outputs.first.flatMap { Self.widest(behind: $0, known: windows) } ?? entry
  }

  private static func extent(_ window: ReceptiveWindow) -> Int { window.size?.max() ?? .max }

  /// The widest window among what a tensor is computed from.
  private static func widest(
    behind tensor: Tensor, known: [Tensor.Handle: ReceptiveWindow]
  ) -> ReceptiveWindow? {
    var pending = [tensor]
    var seen: Set<Tensor.Handle> = []
    var widest: ReceptiveWindow?
    while let next = pending.popLast() {
      guard seen.insert(next.handle).inserted else { continue }
      if let window = known[next.handle] {
        if let best = widest, extent(best) >= extent(window) { continue }
        widest = window
      } else {
        pending += next.operands
      }
    }
    return widest
  }
}
