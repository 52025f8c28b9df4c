import JSON
import TensorRuntime

/// Makes layers from the settings that files hold.
enum LayerRegistry {
  private static let makers: [String: (ConfigurationReader, String?) throws -> any Layer] = [
    "ConvolutionLayer": ConvolutionLayer.init(configuration:name:),
    "ConvolutionTransposeLayer": ConvolutionTransposeLayer.init(configuration:name:),
    "DenseLayer": DenseLayer.init(configuration:name:),
    "PoolingLayer": PoolingLayer.init(configuration:name:),
    "GlobalPoolingLayer": GlobalPoolingLayer.init(configuration:name:),
    "BatchNormLayer": BatchNormLayer.init(configuration:name:),
    "NoiseLayer": NoiseLayer.init(configuration:name:),
    "FlattenLayer": FlattenLayer.init(configuration:name:),
    "ReshapeLayer": ReshapeLayer.init(configuration:name:),
    "ActivationLayer": ActivationLayer.init(configuration:name:),
    "GroupNormLayer": GroupNormLayer.init(configuration:name:),
    "LocalResponseNormLayer": LocalResponseNormLayer.init(configuration:name:),
    "ResampleLayer": ResampleLayer.init(configuration:name:),
    "L2NormalizeLayer": L2NormalizeLayer.init(configuration:name:),
    "UnpoolingLayer": UnpoolingLayer.init(configuration:name:),
    "PadLayer": PadLayer.init(configuration:name:),
    "SpectralNormLayer": SpectralNormLayer.init(configuration:name:),
    "DepthSpaceLayer": DepthSpaceLayer.init(configuration:name:),
    "VariableLayer": VariableLayer.init(configuration:name:),
  ]

  /// The name under which a layer's settings are stored.
  static func typeName(of layer: any Layer) -> String { "\(type(of: layer))" }

  /// A layer from its type's name and settings. Throws `LayerError` when the file says nothing that makes sense.
  static func make(type: String, configuration: JSONObject, name: String?) throws -> any Layer {
    guard let maker = makers[type] else {
      throw LayerError(
        "the file holds a layer of unknown type '\(type)'", fix: "it may come from a newer cnnrepl")
    }
    return try maker(ConfigurationReader(json: configuration, of: type), name)
  }
}

/// Reads a layer's settings with checks, so that a damaged file is an error and not a crash.
struct ConfigurationReader {
  let json: JSONObject
  let owner: String

  init(json: JSONObject, of owner: String) {
    self.json = json
    self.owner = owner
  }

  func wrong(_ key: String, _ wanted: String) -> LayerError {
    LayerError("the file's settings of \(owner) have no usable '\(key)': \(wanted) wanted")
  }

  func integer(_ key: String) throws -> Int {
    guard case .integer(let value)? = json[key], (1...1_000_000_000).contains(value) else {
      throw wrong(key, "a whole number")
    }
    return value
  }

  func integers(_ key: String, from lowest: Int = 1) throws -> [Int] {
    guard case .array(let values)? = json[key], (1...8).contains(values.count) else {
      throw wrong(key, "whole numbers")
    }
    return try values.map {
      guard case .integer(let value) = $0, (lowest...1_000_000_000).contains(value) else {
        throw wrong(key, "whole numbers")
      }
      return value
    }
  }

  /// The lengths of a tensor's axes; none for a single number.
  func shape(_ key: String) throws -> [Int] {
    if case .array(let values)? = json[key], values.isEmpty { return [] }
    return try integers(key)
  }

  func number(_ key: String) throws -> Double {
    switch json[key] {
    case .number(let value) where value.isFinite: return value
    case .integer(let value): return Double(value)
    default: throw wrong(key, "a number")
    }
  }

  func bool(_ key: String) throws -> Bool {
    guard case .bool(let value)? = json[key] else { throw wrong(key, "true or false") }
    return value
  }

  func string(_ key: String) throws -> String {
    guard case .string(let value)? = json[key] else { throw wrong(key, "a text") }
    return value
  }

  func padding(_ key: String) throws -> ConvolutionPadding {
    guard let padding = ConvolutionPadding(json: json[key]) else { throw wrong(key, "a padding") }
    return padding
  }

  /// What stands in a padding; zeros where an older file says nothing.
  func border(_ key: String) throws -> Border {
    guard json[key] != nil else { return .zeros }
    guard let border = Border(rawValue: try string(key)) else { throw wrong(key, "a kind of border") }
    return border
  }

  func activation(_ key: String) throws -> Activation {
    guard let activation = Activation(notation: try string(key)) else { throw wrong(key, "an activation") }
    return activation
  }

  func initializer(_ key: String) throws -> Initializer {
    guard let initializer = Initializer(rawValue: try string(key)) else { throw wrong(key, "an initializer") }
    return initializer
  }
}

extension JSONValue {
  /// An array of whole numbers.
  static func integers(_ values: [Int]) -> JSONValue { .array(values.map { .integer($0) }) }
}
