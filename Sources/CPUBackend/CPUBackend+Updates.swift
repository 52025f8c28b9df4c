import TensorRuntime
import VectorKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension CPUBackend {
  package func sumsOfSquares(_ buffers: [Buffer]) throws -> [Double] {
    useThreads()
    let all = buffers.map(numbers(of:))
    let pieces = Int(vk_sums_of_squares_scratch(all, Int32(all.count)))
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: pieces) { scratch in
      [Double](unsafeUninitializedCapacity: all.count) { sums, count in
        vk_sums_of_squares(all, Int32(all.count), sums.baseAddress, scratch.baseAddress, Int32(threads))
        count = all.count
      }
    }
  }

  private func numbers(of buffer: Buffer) -> vk_numbers {
    vk_numbers(
      x: UnsafePointer(buffer.pointer.assumingMemoryBound(to: Float.self)), count: Int64(buffer.byteCount / 4)
    )
  }

  package func update(_ updates: [ParameterUpdate], rule: UpdateRule, step: Int) throws -> [Double] {
    useThreads()
    var numbers = vk_rule()
    numbers.rate = rule.learningRate
    numbers.decay = rule.weightDecay
    numbers.norm_limit = rule.clipNorm ?? 0
    numbers.limit = rule.clipValue ?? 0
    // Which of the rule's running numbers is the kernel's first and which its second moment.
    var first: Int? = nil
    var second: Int? = nil
    switch rule.kind {
    case .sgd(let momentum, let nesterov):
      numbers.kind = Int32((nesterov ? VK_SGD_NESTEROV : VK_SGD).rawValue)
      numbers.momentum = momentum
      first = momentum == 0 ? nil : 0
    case .adam(let beta1, let beta2, let epsilon, let decoupled):
      numbers.kind = Int32((decoupled ? VK_ADAM_DECOUPLED : VK_ADAM).rawValue)
      numbers.momentum = beta1
      numbers.beta2 = beta2
      numbers.epsilon = epsilon
      numbers.bias1 = Float(1 - pow(Double(beta1), Double(step)))
      numbers.bias2 = Float(1 - pow(Double(beta2), Double(step)))
      (first, second) = (0, 1)
    case .rmsprop(let decay, let epsilon, let momentum):
      numbers.kind = Int32(VK_RMSPROP.rawValue)
      numbers.momentum = momentum
      numbers.beta2 = decay
      numbers.epsilon = epsilon
      second = 0
      first = momentum == 0 ? nil : 1
    case .adagrad(let epsilon):
      numbers.kind = Int32(VK_ADAGRAD.rawValue)
      numbers.epsilon = epsilon
      second = 0
    }
    let needed = max(first ?? -1, second ?? -1) + 1
    guard updates.allSatisfy({ ($0.moments.0 != nil || needed < 1) && ($0.moments.1 != nil || needed < 2) })
    else { throw TensorError("optimizer", "a parameter has fewer running numbers than its rule needs") }
    let list = updates.map { update in
      func moment(_ index: Int?) -> UnsafeMutablePointer<Float>? {
        index.flatMap { $0 == 0 ? update.moments.0 : update.moments.1 }
      }
      return vk_update(
        w: update.value, g: update.gradient, m: moment(first), v: moment(second),
        count: Int64(update.count), rate_factor: update.rateFactor)
    }
    let gradients = updates.map { vk_numbers(x: $0.gradient, count: Int64($0.count)) }
    let pieces = Int(vk_sums_of_squares_scratch(gradients, Int32(gradients.count)))
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: pieces) { scratch in
      [Double](unsafeUninitializedCapacity: list.count) { sums, count in
        vk_optimizer_step(
          list, gradients, Int32(list.count), &numbers, sums.baseAddress, scratch.baseAddress, Int32(threads))
        count = list.count
      }
    }
  }
}
