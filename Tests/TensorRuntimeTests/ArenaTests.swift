import CPUBackend
import TensorRuntime
import Testing

/// What a program that has computed something large keeps of the memory it took for that.
@Suite(.serialized) struct ArenaTests {
  private let megabytes = 1 << 20

  /// Sums a large product through results in between that take `count` floats each.
  private func computeLarge(_ count: Int, on runtime: Runtime) throws {
    let x = try Tensor.uniform([count / 1000, 1000], random: Philox(seed: 1, stream: 1))
    let y = try x.reshaped([1000, count / 1000]).transposed().reshaped([count / 1000, 1000])
    _ = try runtime.item(of: (x * y).sum())
  }

  @Test func memoryIsGivenBackWhenOnlyLittleIsNeeded() throws {
    let backend = CPUBackend(threads: 1)
    let runtime = Runtime(backend: backend)
    try computeLarge(32 * megabytes, on: runtime)
    #expect(backend.scratchByteCount >= 128 * megabytes)
    let x = try Tensor((0..<1000).map(Float.init), [1000])
    for step in 0..<400 { _ = try runtime.floats(of: (x + Double(step)).exp().sum()) }
    #expect(backend.scratchByteCount < 64 * megabytes)
    // And is there again when it is needed.
    try computeLarge(32 * megabytes, on: runtime)
    #expect(backend.scratchByteCount >= 128 * megabytes)
  }

  @Test func firstWeightsLeaveNoScratchMemory() throws {
    let backend = CPUBackend(threads: 1)
    let runtime = Runtime(backend: backend)
    let draw = try Tensor.normal([4096, 8192], random: Philox(seed: 2, stream: 1))
    try runtime.evaluate([Parameter("weights", try draw * 0.01).tensor])
    #expect(backend.scratchByteCount < 64 * megabytes)
  }
}
