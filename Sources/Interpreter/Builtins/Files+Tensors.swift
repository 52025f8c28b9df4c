import Datasets
import Foundation
import TensorRuntime

extension Library.Family {
  /// Tensors in NumPy's files.
  static let tensorFiles: [Builtin] = [
    Builtin(
      "readTensor", "The tensor in a NumPy file: floats as float32, whole numbers as int32, bytes as uint8.",
      [.positional("path", .string, "a .npy file")], returns: .tensor
    ) { call in
      let path = try call.string("path")
      let array = try NPY.decode(Array(read(path, limit: NPY.largestByteCount)), name: path)
      let shape = Shape(array.shape)
      switch array.elements {
      case .bytes(let values): return .tensor(try Tensor(values, shape))
      case .floats(let values): return .tensor(try Tensor(values, shape))
      case .integers(let values):
        // Numbers beyond 32 bits are kept as well as float32 can.
        guard values.allSatisfy({ Int32(exactly: $0) != nil }) else {
          return .tensor(try Tensor(values.map { Float($0) }, shape))
        }
        return .tensor(try Tensor(values.map { Int32(truncatingIfNeeded: $0) }, shape))
      }
    },
    Builtin(
      "writeTensor", "Writes a tensor into a NumPy file, which it replaces.",
      [
        .positional("x", .tensorLike, "what to write"), .positional("path", .string, "a .npy file"),
      ], returns: .void
    ) { call in
      let tensor = try call.tensor("x")
      let runtime = try call.context.runtime()
      let elements: NumericArray.Elements
      switch tensor.elementType {
      case .float32: elements = .floats(try runtime.floats(of: tensor))
      case .int32: elements = .integers(try runtime.int32s(of: tensor).map { Int($0) })
      case .uint8, .bool: elements = .bytes(try runtime.int32s(of: tensor).map { UInt8(clamping: $0) })
      }
      let bytes = NPY.encode(NumericArray(shape: tensor.shape.dimensions, elements: elements))
      try write(Data(bytes), to: try call.string("path"))
      return .void
    },
  ]
}
