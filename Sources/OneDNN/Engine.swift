import COneDNN

/// The CPU and the queue of work on it. All work must come from one thread: each calling thread gets its own team.
package final class Engine {
  let engine: dnnl_engine_t
  let stream: dnnl_stream_t

  /// Starts the library.
  package init() throws {
    var engine: dnnl_engine_t?
    try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "engine")
    guard let engine else { throw OneDNNError(call: "engine", status: dnnl_runtime_error) }
    var stream: dnnl_stream_t?
    let status = dnnl_stream_create(&stream, engine, UInt32(dnnl_stream_default_flags.rawValue))
    guard status == dnnl_success, let stream else {
      dnnl_engine_destroy(engine)
      throw OneDNNError(call: "stream", status: status)
    }
    self.engine = engine
    self.stream = stream
    // Plans keep their primitives; a second cache would only hold memory.
    dnnl_set_primitive_cache_capacity(0)
  }

  deinit {
    dnnl_stream_destroy(stream)
    dnnl_engine_destroy(engine)
  }
}
