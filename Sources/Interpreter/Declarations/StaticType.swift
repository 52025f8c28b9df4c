/// What is known of a value's type before anything runs; `unknown` wherever it depends on what happens.
///
/// Built-ins declare what they return with it, so that `result.acuracy` is found before a training run begins.
package indirect enum StaticType {
  case unknown
  case void
  case bool
  case int
  case double
  /// An Int or a Double.
  case number
  case string
  case range
  case tensor
  case function
  case option
  case array(StaticType)
  case dictionary(StaticType)
  case tuple([(label: String?, type: StaticType)])
  case optional(StaticType)
  /// A host object whose type is declared under this name.
  case host(String)
  /// A network, with what calling it gives.
  case model(output: StaticType)

  /// What its type is called in the language.
  package var name: String {
    switch self {
    case .unknown: "Any"
    case .void: "Void"
    case .bool: "Bool"
    case .int: "Int"
    case .double: "Double"
    case .number: "Int or Double"
    case .string: "String"
    case .range: "Range"
    case .tensor: "Tensor"
    case .function: "function"
    case .option: "option"
    case .array(let element): element.isUnknown ? "Array" : "[\(element.name)]"
    case .dictionary(let value): value.isUnknown ? "Dictionary" : "[String: \(value.name)]"
    case .tuple(let elements):
      "(" + elements.map { ($0.label.map { $0 + ": " } ?? "") + $0.type.name }.joined(separator: ", ") + ")"
    case .optional(let type): type.name + "?"
    case .host(let name): name
    case .model: "Model"
    }
  }

  /// How a sentence about a value goes on: `is an Int`, `gives no value`.
  var isSentence: String {
    if case .void = self { return "gives no value" }
    return "is \(withArticle(name))"
  }

  /// The name under which a host object's type is declared.
  var hostName: String? {
    switch self {
    case .host(let name): name
    case .model: "Model"
    default: nil
    }
  }

  /// Whether nothing is known.
  package var isUnknown: Bool {
    if case .unknown = self { return true }
    return false
  }

  /// What a network gives whose body gives this.
  var asOutput: StaticType {
    switch self {
    case .tensor: .tensor
    case .tuple(let elements) where elements.count > 1: .tuple(elements.map { ($0.label, .tensor) })
    default: .unknown
    }
  }

  /// Whether it is an Int or a Double.
  var isNumber: Bool {
    switch self {
    case .int, .double, .number: true
    default: false
    }
  }

  /// The name under which its members are declared, if it is known which they are.
  var declarationName: String? {
    switch self {
    case .bool: "Bool"
    case .int: "Int"
    case .double: "Double"
    case .string: "String"
    case .range: "Range"
    case .tensor: "Tensor"
    case .array: "Array"
    case .dictionary: "Dictionary"
    case .host(let name): name
    case .model: "Model"
    case .unknown, .void, .number, .function, .option, .tuple, .optional: nil
    }
  }

  /// What both may be: the same where they agree, unknown where they don't.
  static func joined(_ left: StaticType, _ right: StaticType) -> StaticType {
    switch (left, right) {
    case (.bool, .bool), (.int, .int), (.double, .double), (.string, .string), (.range, .range),
      (.tensor, .tensor),
      (.function, .function), (.option, .option), (.void, .void):
      return left
    case (.number, .int), (.number, .double), (.int, .number), (.double, .number), (.int, .double),
      (.double, .int):
      return .number
    case (.array(let a), .array(let b)): return .array(joined(a, b))
    case (.dictionary(let a), .dictionary(let b)): return .dictionary(joined(a, b))
    case (.host(let a), .host(let b)) where a == b: return left
    case (.model(let a), .model(let b)): return .model(output: joined(a, b))
    case (.tuple(let a), .tuple(let b)) where a.map(\.label) == b.map(\.label):
      return .tuple(zip(a, b).map { (label: $0.label, type: joined($0.type, $1.type)) })
    default: return left.hostName != nil && left.hostName == right.hostName ? .host(left.name) : .unknown
    }
  }

  /// The type of a value that is there.
  static func of(_ value: Value) -> StaticType {
    switch value {
    case .void: .unknown
    case .nothing: .unknown
    case .bool: .bool
    case .int: .int
    case .double: .double
    case .string: .string
    case .array(let array):
      .array(array.elements.first.map { array.elements.count < 64 ? of($0) : .unknown } ?? .unknown)
    case .tuple(let tuple):
      .tuple(zip(tuple.labels, tuple.elements).map { (label: $0, type: StaticType.of($1)) })
    case .dictionary: .dictionary(.unknown)
    case .range: .range
    case .tensor: .tensor
    case .function, .builtin: .function
    case .option: .option
    case .host(let model as ModelObject): .model(output: model.outputType)
    case .host(let object): .host(type(of: object).declaration.name)
    }
  }
}
