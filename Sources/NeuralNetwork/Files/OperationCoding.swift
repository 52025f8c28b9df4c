import Foundation
import JSON
import TensorRuntime

/// Tensor operations of a model's body as JSON: name, parameters and the number they were given.
enum OperationCoding {
  /// What a body may be recorded with; gradients and leaves don't occur in one.
  private static let types: [any TensorOp.Type] = [
    Binary.self, Unary.self, Comparison.self, Select.self, Cast.self, Detach.self, Identity.self, Gather.self,
    OneHot.self, MatrixMultiplication.self, Reduction.self, ArgumentReduction.self, Reshape.self,
    Permutation.self, Broadcast.self, Concatenation.self, Flip.self, Slice.self, Padding.self, Softmax.self,
    Dense.self, Convolution.self, ConvolutionInputGradient.self, MaxPooling.self, AveragePooling.self,
    ScalarArgument.self, Fill.self, RandomDraw.self,
  ]

  private static func typeName(_ type: any TensorOp.Type) -> String { "\(type)" }

  /// The operation behind a tensor, `nil` where it is data rather than a computation.
  static func encode(_ tensor: Tensor) throws -> JSONValue? {
    let operation = tensor.node.operation
    let name = typeName(type(of: operation))
    guard types.contains(where: { typeName($0) == name }) else { return nil }
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(operation)
    var json: JSONObject = ["type": .string(name), "settings": try JSONValue.parse(Array(data))]
    switch tensor.node.argument {
    case .none: break
    case .scalar(let value): json["number"] = .number(value)
    case .random(let draw):
      json["seed"] = .string(String(draw.seed))
      json["stream"] = .string(String(draw.stream))
    }
    return .object(json)
  }

  /// A result of an operation that ``encode(_:)`` wrote, on other inputs. Throws for a damaged file.
  static func decode(_ value: JSONValue, inputs: [Tensor], output: Int) throws -> Tensor {
    guard let json = value.objectValue, let name = json["type"]?.stringValue, let settings = json["settings"],
      let type = types.first(where: { typeName($0) == name })
    else { throw LayerError("the file's description of its network holds an unknown operation") }
    var argument = RunTimeArgument.none
    if let number = json["number"]?.doubleValue {
      argument = .scalar(number)
    } else if let seed = json["seed"]?.stringValue.flatMap({ UInt64($0) }),
      let stream = json["stream"]?.stringValue.flatMap({ UInt64($0) })
    {
      argument = .random(Philox(seed: seed, stream: stream))
    }
    let results = try make(type, from: settings, inputs: inputs, argument: argument)
    guard results.indices.contains(output) else {
      throw LayerError("the file's description of its network is damaged at '\(name)'")
    }
    return results[output]
  }

  private static func make(
    _ type: any TensorOp.Type, from settings: JSONValue, inputs: [Tensor], argument: RunTimeArgument
  ) throws -> [Tensor] {
    func decode<Operation: TensorOp>(_ type: Operation.Type) throws -> [Tensor] {
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      let operation: Operation
      do { operation = try decoder.decode(Operation.self, from: Data(settings.serializedBytes())) } catch {
        throw LayerError("the file's description of its network is damaged at '\(typeName(type))'")
      }
      return try Tensor.apply(operation, inputs, argument: argument)
    }
    return try decode(type)
  }
}
