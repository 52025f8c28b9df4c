import COneDNN

/// A place in memory with a description, as primitives take it. The memory itself belongs to somebody else.
package final class Memory {
  let memory: dnnl_memory_t
  /// The place it was last bound to.
  package private(set) var pointer: UnsafeMutableRawPointer?

  /// Makes a place that must be bound before use.
  package init(_ descriptor: MemoryDescriptor, engine: Engine) throws {
    var raw = descriptor.raw
    var memory: dnnl_memory_t?
    try check(dnnl_memory_create(&memory, &raw, engine.engine, cdnnl_memory_none), "memory")
    guard let memory else { throw OneDNNError(call: "memory", status: dnnl_runtime_error) }
    self.memory = memory
  }

  deinit { dnnl_memory_destroy(memory) }

  /// Points it at numbers; filler elements are set to zero.
  package func bind(_ pointer: UnsafeMutableRawPointer) throws {
    guard pointer != self.pointer else { return }
    try check(dnnl_memory_set_data_handle(memory, pointer), "binding")
    self.pointer = pointer
  }
}
