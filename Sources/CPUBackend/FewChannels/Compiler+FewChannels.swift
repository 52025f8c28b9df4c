import TensorRuntime

/// What a compiler knows of the parts that run block by block.
struct FewChannelState {
  var regions = FewChannelRegions()
  var borders = LaneBorders()
  /// Values in lanes that later regions read.
  var kept: [Int: (slot: Slot, shape: LaneShape)] = [:]
}

extension Compiler {
  /// Finds the parts for few-channel kernels, before anything is lowered; may put instructions in another order.
  func findFewChannelRegions() {
    guard let limits = backend.fewChannelLimits else { return }
    program.removeIdentities()
    fewChannels.regions = FewChannelRegions(&program, limits: limits)
    fewChannels.borders = LaneBorders(program, members: fewChannels.regions.members)
  }

  /// Lowers the region that begins with an instruction; false where none does.
  func lowerFewChannelRegion(startingAt index: Int) throws -> Bool {
    guard let region = fewChannels.regions.regions[index] else { return false }
    try RegionBuilder(self, first: index, region: region).build()
    return true
  }

  /// Whether another region reads a value in lanes.
  func isRead(_ value: Int, outside first: Int) -> Bool {
    (uses.readers[value] ?? []).contains { reader in
      fewChannels.regions.members.contains(reader)
        && !(fewChannels.regions.regions[first]?.members.contains(reader) ?? false)
    }
  }

  /// Whether somebody reads a value as images in row-major order.
  func isReadPlain(_ value: Int) -> Bool {
    uses.leaving.contains(value)
      || (uses.readers[value] ?? []).contains { !fewChannels.regions.members.contains($0) }
  }
}

extension Program {
  /// Has readers of copies read the originals.
  mutating func removeIdentities() {
    var original = Array(types.indices)
    var kept: [Instruction] = []
    for var instruction in instructions {
      instruction.inputs = instruction.inputs.map { original[$0] }
      if instruction.operation is Identity {
        original[instruction.outputs[0]] = instruction.inputs[0]
      } else {
        kept.append(instruction)
      }
    }
    instructions = kept
    results = results.map { original[$0] }
    gradients = gradients.map { (original[$0.value], $0.argument) }
  }
}
