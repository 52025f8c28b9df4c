import COneDNN

/// What a primitive will do, before it is compiled: tells the layouts it likes.
package final class PrimitiveDescription {
  let description: dnnl_primitive_desc_t

  init(_ description: dnnl_primitive_desc_t) { self.description = description }

  /// Makes one from one of the library's operation descriptors: the first that the library knows, or the first whose
  /// implementation's name has `preferred` in it, where there is one.
  convenience init(
    operation: UnsafeRawPointer, attributes: Attributes? = nil, engine: Engine,
    hint: PrimitiveDescription? = nil, preferred: String? = nil,
    name: @autoclosure () -> String
  ) throws {
    var made: dnnl_primitive_desc_t?
    let attributes = try attributes ?? Attributes()
    if let preferred,
      let found = try PrimitiveDescription.first(
        named: preferred, of: operation, attributes, engine, hint, name())
    {
      self.init(found)
      return
    }
    try check(
      dnnl_primitive_desc_create(&made, operation, attributes.attributes, engine.engine, hint?.description),
      name())
    guard let made else { throw OneDNNError(call: name(), status: dnnl_runtime_error) }
    self.init(made)
  }

  /// The first of the library's ways to compute an operation whose name has these words in it.
  private static func first(
    named words: String, of operation: UnsafeRawPointer, _ attributes: Attributes, _ engine: Engine,
    _ hint: PrimitiveDescription?, _ name: String
  ) throws -> dnnl_primitive_desc_t? {
    var iterator: dnnl_primitive_desc_iterator_t?
    try check(
      dnnl_primitive_desc_iterator_create(
        &iterator, operation, attributes.attributes, engine.engine, hint?.description), name)
    guard let iterator else { return nil }
    defer { dnnl_primitive_desc_iterator_destroy(iterator) }
    repeat {
      guard let found = dnnl_primitive_desc_iterator_fetch(iterator) else { return nil }
      if implementation(of: found).contains(words) { return found }
      dnnl_primitive_desc_destroy(found)
    } while dnnl_primitive_desc_iterator_next(iterator) == dnnl_success
    return nil
  }

  deinit { dnnl_primitive_desc_destroy(description) }

  private func descriptor(_ what: dnnl_query_t, _ index: Int32 = 0) -> MemoryDescriptor {
    guard let found = dnnl_primitive_desc_query_md(description, what, index) else { return .none }
    return MemoryDescriptor(raw: found.pointee)
  }

  /// The layouts it takes and gives.
  package var source: MemoryDescriptor { descriptor(dnnl_query_src_md) }
  /// The second source of a matrix product; the weights of everything else.
  package var weights: MemoryDescriptor { descriptor(dnnl_query_weights_md) }
  /// The result's layout.
  package var destination: MemoryDescriptor { descriptor(dnnl_query_dst_md) }
  /// The layout of the source's gradient.
  package var sourceGradient: MemoryDescriptor { descriptor(dnnl_query_diff_src_md) }
  /// The layout of the weights' gradient.
  package var weightsGradient: MemoryDescriptor { descriptor(dnnl_query_diff_weights_md) }
  /// The layout of the result's gradient.
  package var destinationGradient: MemoryDescriptor { descriptor(dnnl_query_diff_dst_md) }
  /// What the forward pass keeps for the backward one.
  package var workspace: MemoryDescriptor { descriptor(dnnl_query_workspace_md) }

  /// The memory it works in besides: bytes without meaning before and after; none for most.
  package var scratchpad: MemoryDescriptor { descriptor(dnnl_query_scratchpad_md) }

  /// The implementation's name: `jit:avx512_core`.
  package var implementation: String { PrimitiveDescription.implementation(of: description) }

  private static func implementation(of description: dnnl_primitive_desc_t) -> String {
    var text: UnsafePointer<CChar>?
    guard dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &text) == dnnl_success, let text
    else { return "" }
    return String(cString: text)
  }

  /// Compiles it.
  package func primitive() throws -> Primitive { try Primitive(self) }
}

/// A compiled operation.
package final class Primitive {
  private let primitive: dnnl_primitive_t

  init(_ description: PrimitiveDescription) throws {
    var made: dnnl_primitive_t?
    try check(dnnl_primitive_create(&made, description.description), "primitive")
    guard let made else { throw OneDNNError(call: "primitive", status: dnnl_runtime_error) }
    primitive = made
  }

  deinit { dnnl_primitive_destroy(primitive) }

  /// Runs it on bound memory and returns when it is done.
  package func run(_ arguments: [dnnl_exec_arg_t], engine: Engine) throws {
    try arguments.withUnsafeBufferPointer { list in
      try check(
        dnnl_primitive_execute(primitive, engine.stream, Int32(list.count), list.baseAddress), "execution")
    }
  }
}

/// What an argument of a primitive is.
package enum ArgumentRole: Int32, Sendable {
  case source = 1
  case source1 = 2
  case destination = 17
  case weights = 33
  case bias = 41
  case mean = 49
  case variance = 50
  case scale = 51
  case shift = 52
  case workspace = 64
  case scratchpad = 80
  case sourceGradient = 129
  case destinationGradient = 145
  case weightsGradient = 161
  case biasGradient = 169
  case scaleGradient = 255
  case shiftGradient = 256

  /// The library's number for it.
  package var number: Int32 { rawValue }
}

/// An argument for ``Primitive/run(_:engine:)``.
package func argument(_ number: Int32, _ memory: Memory) -> dnnl_exec_arg_t {
  dnnl_exec_arg_t(arg: number, memory: memory.memory)
}

/// The library's type of an argument, for those who keep lists of them.
package typealias ExecutionArgument = dnnl_exec_arg_t

/// An activation applied to a primitive's result before it is written.
package struct Activation: Hashable, Sendable {
  /// Which function.
  package enum Function: Hashable, Sendable { case relu, tanh, sigmoid, elu }
  /// Which function.
  package let function: Function
  /// Slope of a leaky ReLU, scale of an ELU.
  package let alpha: Float

  /// Makes an activation.
  package init(_ function: Function, alpha: Float = 0) {
    self.function = function
    self.alpha = alpha
  }

  var algorithm: dnnl_alg_kind_t {
    switch function {
    case .relu: dnnl_eltwise_relu
    case .tanh: dnnl_eltwise_tanh
    case .sigmoid: dnnl_eltwise_logistic
    case .elu: dnnl_eltwise_elu
    }
  }
}

/// What is done to a primitive's result before it is written. All primitives are given their scratch memory, so that
/// those that run one after the other share it; the library would keep some for each.
package final class Attributes {
  let attributes: dnnl_primitive_attr_t

  /// Adds the result to what is there (`accumulates`), then applies an activation.
  package init(accumulates: Bool = false, activation: Activation? = nil) throws {
    var made: dnnl_primitive_attr_t?
    try check(dnnl_primitive_attr_create(&made), "attributes")
    guard let made else { throw OneDNNError(call: "attributes", status: dnnl_runtime_error) }
    attributes = made
    try check(dnnl_primitive_attr_set_scratchpad_mode(made, dnnl_scratchpad_mode_user), "scratchpad")
    var operations: dnnl_post_ops_t?
    try check(dnnl_post_ops_create(&operations), "post-operations")
    defer { dnnl_post_ops_destroy(operations) }
    if accumulates { try check(dnnl_post_ops_append_sum(operations, 1), "sum") }
    if let activation {
      try check(
        dnnl_post_ops_append_eltwise(operations, 1, activation.algorithm, activation.alpha, 0), "activation")
    }
    try check(dnnl_primitive_attr_set_post_ops(made, operations), "post-operations")
  }

  deinit { dnnl_primitive_attr_destroy(attributes) }
}
