import OneDNN
import TensorRuntime

/// What forward lowerings leave for backward ones.
struct ForwardRecords {
  /// What identifies a convolution's forward primitive.
  struct ConvolutionKey: Hashable {
    let geometry: ConvolutionGeometry
    let input: Shape
    let weights: Shape
    var factors = MemoryDescriptor.Element.float32
  }
  /// What identifies a fully connected layer's forward primitive.
  struct DenseKey: Hashable {
    let input: Shape
    let outputs: Int
  }
  /// A pooling of one value.
  struct PoolingKey: Hashable {
    let value: Int
    let operation: String
  }
  /// A pooling's primitive, the layouts it chose and what it keeps.
  struct Pooling {
    let description: PrimitiveDescription
    let source: MemoryDescriptor
    let destination: MemoryDescriptor
    let workspace: Slot?
  }
  /// A max pooling in blocks of channels: its layouts and where it keeps each window's largest place.
  struct BlockPooling {
    let source: MemoryDescriptor
    let destination: MemoryDescriptor
    let places: Slot
  }
  /// A batch normalisation's primitive and what it keeps.
  struct Normalization {
    let description: PrimitiveDescription
    let source: MemoryDescriptor
    let fusesRelu: Bool
    let workspace: Slot?
  }
  var convolutions: [ConvolutionKey: PrimitiveDescription] = [:]
  var dense: [DenseKey: (description: PrimitiveDescription, source: MemoryDescriptor)] = [:]
  var pooling: [PoolingKey: Pooling] = [:]
  var blockPooling: [PoolingKey: BlockPooling] = [:]
  /// Average poolings by window and input shape: their gradients don't see the input.
  var averages: [String: Pooling] = [:]
  /// Batch normalisations by the value of their mean.
  var normalizations: [Int: Normalization] = [:]
}
