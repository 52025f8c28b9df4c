import TensorRuntime
import VectorKernels

/// An element-wise chain ready to run: the kernel's program and the places it reads and writes.
final class ElementwiseKernel {
  private let micros: UnsafeMutableBufferPointer<vk_micro>
  private let sources: UnsafeMutableBufferPointer<vk_source>
  private let sinks: UnsafeMutableBufferPointer<vk_sink>
  private let inputs: [Slot]
  private let output: Slot
  private var program: vk_program

  /// One thing the chain reads: a place, and its strides along `dims` (nil: in the result's order; empty: one number).
  struct Input {
    let slot: Slot
    let strides: [Int]?
  }

  /// Makes a kernel; registers 0 ..< inputs.count hold the inputs, and micro k writes register inputs.count + k.
  init(inputs: [Input], micros list: [vk_micro], output: Slot, count: Int, dims: [Int]) {
    self.inputs = inputs.map(\.slot)
    self.output = output
    micros = .allocate(capacity: list.count)
    _ = micros.initialize(from: list)
    sources = .allocate(capacity: inputs.count)
    sinks = .allocate(capacity: 1)
    let (lengths, strides) = ElementwiseKernel.collapse(dims, inputs.map(\.strides))
    for (index, input) in inputs.enumerated() {
      var source = vk_source()
      source.type = Int32(input.slot.elementType.kernelType.rawValue)
      source.reg = Int32(index)
      source.rank = input.strides == nil ? -1 : Int32(strides[index].count)
      withUnsafeMutableBytes(of: &source.strides) { bytes in
        let all = bytes.bindMemory(to: Int64.self)
        for (axis, step) in strides[index].enumerated() where axis < all.count { all[axis] = Int64(step) }
      }
      sources[index] = source
    }
    sinks[0] = vk_sink(
      pointer: nil, type: Int32(output.elementType.kernelType.rawValue),
      reg: Int32(inputs.count + list.count - 1))
    program = vk_program()
    program.micros = UnsafePointer(micros.baseAddress)
    program.sources = sources.baseAddress
    program.sinks = sinks.baseAddress
    program.micro_count = Int32(list.count)
    program.source_count = Int32(inputs.count)
    program.sink_count = 1
    program.register_count = Int32(inputs.count + list.count)
    program.count = Int64(count)
    program.rank = Int32(lengths.count)
    withUnsafeMutableBytes(of: &program.dims) { bytes in
      let all = bytes.bindMemory(to: Int64.self)
      for (axis, length) in lengths.enumerated() where axis < all.count { all[axis] = Int64(length) }
    }
  }

  deinit {
    micros.deallocate()
    sources.deallocate()
    sinks.deallocate()
  }

  /// Runs it on where the places are now. Throws `Interrupted`.
  func run(_ context: RunContext) throws {
    for (index, slot) in inputs.enumerated() {
      sources[index].pointer = UnsafeRawPointer(try slot.address(UInt8.self))
    }
    sinks[0].pointer = UnsafeMutableRawPointer(try output.address(UInt8.self))
    try context.inBlocks(of: Int(program.count)) { first, last in
      vk_elementwise(&program, first, last, Int32(context.threads))
    }
  }

  /// Joins axes that every strided input passes in one run; axes of length 1 go.
  static func collapse(_ dims: [Int], _ strides: [[Int]?]) -> (dims: [Int], strides: [[Int]]) {
    var lengths: [Int] = []
    var steps = strides.map { _ in [Int]() }
    let strided = strides.indices.filter { !(strides[$0] ?? []).isEmpty }
    for (axis, length) in dims.enumerated() where length != 1 {
      func step(_ input: Int) -> Int { strides[input]?[axis] ?? 0 }
      if let last = lengths.indices.last, strided.allSatisfy({ steps[$0][last] == step($0) * length }) {
        lengths[last] *= length
        for input in strided { steps[input][last] = step(input) }
      } else {
        lengths.append(length)
        for input in strided { steps[input].append(step(input)) }
      }
    }
    return (lengths, steps)
  }
}

extension ElementType {
  /// The kernels' name for it.
  var kernelType: vk_type {
    switch self {
    case .float32: VK_FLOAT32
    case .int32: VK_INT32
    case .uint8: VK_UINT8
    case .bool: VK_BOOL
    }
  }
}
