import OneDNN
import TensorRuntime
import VectorKernels

extension Compiler {
  /// A primitive that takes bfloat16, where the program wants that and the library has a fast one.
  ///
  /// The factors are rounded when they are brought into its layout; it adds up and gives results in float32. Layers
  /// that own kernels compute never come here.
  func rounded(_ make: () throws -> PrimitiveDescription) -> PrimitiveDescription? {
    guard program.precision == .bfloat16, let made = try? make(), !made.implementation.hasPrefix("ref") else {
      return nil
    }
    return made
  }

  /// The primitive in bfloat16 where that is wanted and the library can, else in float32.
  func inPrecision(_ make: (_ factors: MemoryDescriptor.Element) throws -> PrimitiveDescription) throws
    -> PrimitiveDescription
  {
    if let rounded = rounded({ try make(.bfloat16) }) { return rounded }
    return try make(.float32)
  }
}

extension CPUBackend {
  package func support(for precision: Precision) -> PrecisionSupport {
    switch precision {
    case .float32: .fast
    case .bfloat16:
      switch vk_bfloat16_speed() {
      case 0: .none
      case 1: .slow
      default: .fast
      }
    }
  }
}
