import TensorRuntime
import VectorKernels

/// The filters of a 3 × 3 convolution, or of its input gradient: `[output, channel, 3, 3]` by their steps in `weights`, turned
/// by half where `isTurned`.
struct WinogradFilters {
  let weights: vk_lane_place
  let outputs: Int
  let channels: Int
  let outputStep: Int
  let channelStep: Int
  let isTurned: Bool
}

extension RegionBuilder {
  /// What of `y` Winograd's algorithm computes from `x`, whose `first(axis)` row and column the first result reads.
  func winogradArea(
    _ geometry: ConvolutionGeometry, _ weights: Shape, _ filters: WinogradFilters, of x: LaneShape,
    first: (Int) -> Int, _ y: LaneShape
  ) -> WinogradArea? {
    guard usesWinograd(geometry, weights) else { return nil }
    return WinogradArea(
      channels: filters.channels, outputs: filters.outputs,
      WinogradAxis(results: y.height, start: first(0), elements: x.height),
      WinogradAxis(results: y.width, start: first(1), elements: x.width))
  }

  /// Whether Winograd's algorithm computes filters' gradients from cotangents like `g`.
  func prefersWinogradFilters(_ geometry: ConvolutionGeometry, _ weights: Shape, _ g: LaneShape) -> Bool {
    usesWinograd(geometry, weights)
      && WinogradArea.suitsFilters(
        channels: weights[1], outputs: weights[0], rows: g.height, columns: g.width)
  }

  /// Whether the algorithm can do such a convolution, and is allowed to.
  private func usesWinograd(_ geometry: ConvolutionGeometry, _ weights: Shape) -> Bool {
    (compiler.backend.fewChannelLimits?.usesWinograd ?? false) && weights[2] == 3 && weights[3] == 3
      && geometry.strides == [1, 1] && geometry.dilations == [1, 1]
  }

  /// Adds a convolution `op` of the direct kernel, with what there is in `area` computed by Winograd's algorithm, which reads
  /// from `x` on.
  func append(_ op: vk_lane_op, _ area: WinogradArea?, from x: vk_lane_place, _ filters: WinogradFilters)
    throws
  {
    guard let area else { return append(op) }
    let (rows, columns) = (Int(op.rows), Int(op.columns))
    var tiles = op.part(rows: 0..<area.rows, columns: 0..<area.columns)
    tiles.x = x
    try useWinograd(&tiles, filters)
    append(tiles)
    if area.columns < columns { append(op.part(rows: 0..<area.rows, columns: area.columns..<columns)) }
    if area.rows < rows { append(op.part(rows: area.rows..<rows, columns: 0..<columns)) }
  }

  /// Makes a convolution one by Winograd's algorithm: `op.x` must hold two rows and columns more than the result.
  private func useWinograd(_ op: inout vk_lane_op, _ filters: WinogradFilters) throws {
    op.kind = Int32(VK_LANE_WINOGRAD.rawValue)
    op.taps = (Int64(filters.channels), 1, 1)
    op.scratch = start(scratch(Int(vk_lane_winograd_scratch(Int64(filters.channels)))))
    let slot = try compiler.scratch(filters.outputs * filters.channels * 36)
    var pack = vk_lane_pack()
    pack.x = vk_lane_place(
      slot: filters.weights.slot, offset: filters.weights.offset + (filters.isTurned ? 8 : 0))
    pack.y = start(memory(of: slot, isWritten: true))
    pack.outputs = Int64(filters.outputs)
    pack.output_step = Int64(filters.outputStep)
    pack.counts = (Int64(filters.channels), 9)
    pack.steps = (Int64(filters.channelStep), filters.isTurned ? -1 : 1)
    pack.is_winograd = 1
    add(pack)
    op.w = pack.y
  }
}

extension vk_lane_op {
  /// The same convolution for a part of its results.
  fileprivate func part(rows: Range<Int>, columns: Range<Int>) -> vk_lane_op {
    var part = self
    let (row, column) = (Int64(rows.lowerBound), Int64(columns.lowerBound))
    part.x.offset += row * x_steps.row + column * x_steps.column
    part.y.offset += row * y_steps.row + column * y_steps.column
    part.z.offset += row * z_steps.row + column * z_steps.column
    part.seen = (seen.0 - row * x_steps.row, seen.1 - row * x_steps.row)
    part.seen_columns = (seen_columns.0 - column * x_steps.column, seen_columns.1 - column * x_steps.column)
    part.setExtent(channels: Int(outputs), rows: rows.count, columns: columns.count)
    return part
  }
}
