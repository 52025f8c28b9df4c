import OneDNN
import TensorRuntime
import VectorKernels

/// Runs graphs on the processor: convolutions and matrix products by oneDNN, the rest by the project's own kernels,
/// all on one team of threads. Nothing is started before the first plan is compiled.
package final class CPUBackend: Backend {
  /// How many threads run one operation.
  package var threads: Int { didSet { threads = max(1, threads) } }
  /// Which layers run by the kernels for few channels; nil for none.
  package var fewChannelLimits = FewChannelLimits.fastest
  let arena = Arena()
  private var startedEngine: Engine?

  /// Makes a backend; without a number, as many threads as processors this process may use.
  package init(threads: Int? = nil) {
    self.threads = max(1, threads ?? Processors.available)
  }

  /// `CPU (oneDNN 2.6.3, AVX-512, 2 threads)`.
  package var name: String {
    "CPU (oneDNN \(oneDNNVersion()), \(String(cString: vk_instruction_set())), \(threads) thread\(threads == 1 ? "" : "s"))"
  }

  func engine() throws -> Engine {
    if let startedEngine { return startedEngine }
    useThreads()
    let made = try Engine()
    startedEngine = made
    return made
  }

  /// Gives the calling thread's parallel regions the configured number of threads.
  func useThreads() { use(threads: threads) }

  /// Gives the calling thread's parallel regions so many threads.
  func use(threads: Int) { vk_set_threads(Int32(threads)) }

  package func releaseScratch() { arena.release() }

  /// How many bytes plans have to work in.
  package var scratchByteCount: Int { arena.buffer?.byteCount ?? 0 }

  package func compile(_ program: Program) throws -> any Plan {
    do {
      return try Compiler(program, backend: self, engine: engine()).compile()
    } catch let error as OneDNNError {
      throw TensorError("plan", "\(error)")
    }
  }

  /// The layout as the rest of the program carries it.
  func layout(of descriptor: MemoryDescriptor) -> Layout {
    descriptor.isRowMajor ? .plain : Layout(words: descriptor.words)
  }

  package func converted(_ buffer: Buffer, _ type: TensorType, to layout: Layout) throws -> Buffer {
    if buffer.layout == layout { return try copied(buffer) }
    if buffer.layout.isPlain {
      guard let target = MemoryDescriptor(words: layout.words) else {
        throw TensorError("layout", "an unknown layout was asked for")
      }
      return try reordered(buffer, from: MemoryDescriptor(target.dims), to: target, layout)
    }
    guard let source = MemoryDescriptor(words: buffer.layout.words) else {
      throw TensorError("layout", "numbers stand in an unknown layout")
    }
    let plain = try reordered(buffer, from: source, to: MemoryDescriptor(source.dims), .plain)
    return layout.isPlain ? plain : try converted(plain, type, to: layout)
  }

  private func copied(_ buffer: Buffer) throws -> Buffer {
    let copy = try Buffer(byteCount: buffer.byteCount, layout: buffer.layout)
    copy.pointer.copyMemory(from: buffer.pointer, byteCount: buffer.byteCount)
    return copy
  }

  private func reordered(
    _ buffer: Buffer, from: MemoryDescriptor, to: MemoryDescriptor, _ layout: Layout
  ) throws -> Buffer {
    do {
      let engine = try engine()
      useThreads()
      let result = try Buffer(byteCount: to.byteCount, layout: layout, purpose: "numbers in another layout")
      let description = try PrimitiveDescription.reorder(engine, from: from, to: to)
      let scratch = try Buffer(
        byteCount: description.scratchpad.byteCount, purpose: "numbers in another layout")
      let places = [
        (ArgumentRole.source, from, buffer), (.destination, to, result),
        (.scratchpad, description.scratchpad, scratch),
      ]
      let memories = try places.filter { $0.1.byteCount > 0 }.map { role, descriptor, buffer in
        let memory = try Memory(descriptor, engine: engine)
        try memory.bind(buffer.pointer)
        return (role.number, memory)
      }
      // The library's arguments don't keep the memories.
      try withExtendedLifetime((memories, scratch)) {
        try description.primitive().run(memories.map { argument($0.0, $0.1) }, engine: engine)
      }
      return result
    } catch let error as OneDNNError {
      throw TensorError("layout", "\(error)")
    }
  }
}
