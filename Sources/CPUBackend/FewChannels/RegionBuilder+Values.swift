import TensorRuntime
import VectorKernels

/// Where values stand, and how they come and go.
extension RegionBuilder {
  /// A value in lanes: as it was computed, or brought there.
  func lanes(_ value: Int) throws -> LaneValue {
    if let known = values[value] { return known }
    if let (slot, shape) = compiler.fewChannels.kept[value] {
      let known = LaneValue(memory: memory(of: slot, blockStep: shape.count, isWritten: false), shape: shape)
      values[value] = known
      return known
    }
    let made = try target(value)
    let source = try compiler.plain(value)
    var op = vk_lane_op(VK_LANE_LOAD)
    op.x = start(
      memory(of: source, blockStep: made.shape.features * blockImages, isWritten: false))
    op.y = made.place()
    op.setExtent(made.shape)
    op.y_steps = made.shape.steps
    op.image_step = Int64(made.shape.features)
    append(op)
    return made
  }

  /// How a value is arranged.
  private func shape(of value: Int) -> LaneShape {
    LaneShape(program.types[value].shape, images: blockImages, border: compiler.fewChannels.borders[value])
  }

  /// A value, and what other shapes of it share its memory: it needs to be where any of them is wanted.
  private func shapes(of value: Int) -> [Int] {
    guard shape(of: value).isCompact else { return [value] }
    let others = (compiler.uses.readers[value] ?? []).filter {
      members.contains($0) && program.instructions[$0].operation is Reshape
        && shape(of: program.instructions[$0].outputs[0]).isCompact
    }
    return [value] + others.flatMap { shapes(of: program.instructions[$0].outputs[0]) }
  }

  /// Another shape of a value without borders, which is the same memory.
  func reshape(_ value: Int, to output: Int) -> Bool {
    guard let x = values[value], x.shape.isCompact, shape(of: output).isCompact else { return false }
    values[output] = LaneValue(memory: x.memory, shape: shape(of: output))
    if let (slot, _) = compiler.fewChannels.kept[value] {
      compiler.fewChannels.kept[output] = (slot, shape(of: output))
    }
    return true
  }

  /// A new value in lanes, with its border cleared; kept for products and for other regions that read it.
  func target(_ value: Int) throws -> LaneValue {
    let shape = shape(of: value)
    let shapes = shapes(of: value)
    let made: LaneValue
    if shapes.contains(where: { compiler.isRead($0, outside: first) }) {
      let slot = try compiler.scratch(shape.count * blocks)
      compiler.fewChannels.kept[value] = (slot, shape)
      made = LaneValue(memory: memory(of: slot, blockStep: shape.count, isWritten: true), shape: shape)
    } else if shapes.contains(where: isMultiplied) {
      made = LaneValue(memory: try memoryOfAllBlocks(shape.count), shape: shape)
    } else if shape.isMostlyBorder, shape.count <= Self.mostCleared {
      made = LaneValue(memory: try cleared(shape.count), shape: shape)
      values[value] = made
      return made
    } else {
      made = LaneValue(memory: scratch(shape.count), shape: shape)
    }
    values[value] = made
    clearBorder(made)
    return made
  }

  /// The most floats of a value that memory is reserved for: plans that are kept have each their own.
  private static let mostCleared = 1 << 17

  private func clearBorder(_ value: LaneValue) {
    let border = value.shape.border
    guard !border.isEmpty else { return }
    var op = vk_lane_op(VK_LANE_BORDER)
    op.y = value.place(row: -border.top, column: -border.left)
    op.y_steps = value.shape.steps
    op.setExtent(value.shape)
    op.before = (Int64(border.top), Int64(border.left))
    op.after = (Int64(border.bottom), Int64(border.right))
    append(op)
  }

  /// Writes a value for those who read it as images in row-major order.
  func deliver(_ value: Int) throws {
    guard compiler.isReadPlain(value), let source = values[value] else { return }
    let slot = try compiler.definePlain(value)
    let features = source.shape.features
    store(
      source, to: start(memory(of: slot, blockStep: features * blockImages, isWritten: true)),
      imageStep: features)
  }

  /// Adds an operation that writes a value as images.
  func store(_ source: LaneValue, to place: vk_lane_place, imageStep: Int) {
    var op = vk_lane_op(VK_LANE_STORE)
    op.x = source.place()
    op.y = place
    op.x_steps = source.shape.steps
    op.setExtent(source.shape)
    op.image_step = Int64(imageStep)
    append(op)
  }

  /// Whether a value can be read now: it was computed already, or comes from outside.
  func isThere(_ value: Int) -> Bool {
    values[value] != nil || compiler.fewChannels.regions.home[value] != first
  }

  /// The member that alone reads a value, where it may be done together with what computes it.
  func partner(of value: Int) -> Int? {
    guard let reader = compiler.uses.onlyReader(of: value), members.contains(reader) else { return nil }
    return reader
  }

  /// Whether a product of all blocks reads a value.
  private func isMultiplied(_ value: Int) -> Bool {
    (compiler.uses.readers[value] ?? []).contains {
      program.instructions[$0].operation is DenseWeightGradient && program.instructions[$0].inputs[1] == value
    }
  }
}
