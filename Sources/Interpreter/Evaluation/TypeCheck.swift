import Syntax
import TensorRuntime

/// The check of a written type: `let x: [Int]`, `func f(_ x: Tensor)`.
indirect enum TypeCheck {
  case any
  case void
  case bool
  case int
  case double
  case string
  case range
  case tensor
  case function
  case option
  case array(TypeCheck)
  case dictionary(TypeCheck, TypeCheck)
  case tuple([TupleElement])
  case optional(TypeCheck)
  case host(String)

  /// An element of a tuple's type, with its label if it has one.
  typealias TupleElement = (label: String?, check: TypeCheck)

  /// Whether a value is of this type. Throws `Interrupted`: an array may hold another many times.
  func accepts(_ value: Value) throws -> Bool {
    switch (self, value) {
    case (.any, .void): false
    case (.any, _): true
    case (.void, .void), (.bool, .bool), (.int, .int), (.double, .double), (.string, .string),
      (.range, .range),
      (.tensor, .tensor), (.function, .function), (.function, .builtin), (.option, .option):
      true
    case (.function, .host(let object)): type(of: object).declaration.call != nil
    case (.tensor, .host(let object)): ((try? object.tensorValue()) ?? nil) != nil
    case (.array(.any), .array): true
    case (.array(let element), .array(let array)): try element.accepts(all: array.elements)
    case (.dictionary(let key, let value), .dictionary(let dictionary)):
      try key.accepts(all: dictionary.entries.keys) && value.accepts(all: dictionary.entries.values)
    case (.tuple(let elements), .tuple(let tuple)):
      try Self.agree(elements.map(\.label), tuple.labels)
        && zip(elements, tuple.elements).allSatisfy { try $0.check.accepts($1) }
    case (.optional, .nothing): true
    case (.optional(let check), _): try check.accepts(value)
    case (.host(let name), .host(let object)): type(of: object).declaration.name == name
    default: false
    }
  }

  private func accepts(all values: [Value]) throws -> Bool {
    if values.count > 1_000 { try CancellationToken.current?.check() }
    return try values.allSatisfy(accepts)
  }

  /// Whether a tuple with some labels may be one with others: those that both have must be the same.
  private static func agree(_ wanted: [String?], _ labels: [String?]) -> Bool {
    wanted.count == labels.count
      && zip(wanted, labels).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
  }

  /// Whether `converted` ever changes anything.
  private var converts: Bool {
    switch self {
    case .double: true
    case .array(let check), .optional(let check): check.converts
    case .dictionary(let key, let value): key.converts || value.converts
    case .tuple(let elements): elements.contains { $0.label != nil || $0.check.converts }
    default: false
    }
  }

  /// A value made to fit, where Swift would: whole numbers given for Doubles, tuples for tuples with labels.
  func converted(_ value: Value) -> Value {
    switch (self, value) {
    case (.double, .int(let number)): return .double(Double(number))
    case (.optional(let check), _) where !value.isNothing: return check.converted(value)
    case (.array(.double), .array(let array)):
      guard array.elements.contains(where: { if case .int = $0 { true } else { false } }) else {
        return value
      }
      return .array(of: array.elements.map { TypeCheck.double.converted($0) })
    case (.array(let check), .array(let array)) where check.converts:
      return .array(of: array.elements.map { check.converted($0) })
    case (.dictionary(let keyCheck, let valueCheck), .dictionary(let dictionary)) where converts:
      var entries = OrderedEntries()
      for (key, value) in zip(dictionary.entries.keys, dictionary.entries.values) {
        entries[keyCheck.converted(key)] = valueCheck.converted(value)
      }
      return .dictionary(DictionaryValue(entries))
    case (.tuple(let elements), .tuple(let tuple)) where converts && elements.count == tuple.elements.count:
      return .tuple(
        TupleValue(
          labels: zip(elements, tuple.labels).map { $0.label ?? $1 },
          elements: zip(elements, tuple.elements).map { $0.check.converted($1) }))
    default: return value
    }
  }

  /// What is known of a value that passed.
  var staticType: StaticType {
    switch self {
    case .any: .unknown
    case .void: .void
    case .bool: .bool
    case .int: .int
    case .double: .double
    case .string: .string
    case .range: .range
    case .tensor: .tensor
    case .function: .function
    case .option: .option
    case .array(let element): .array(element.staticType)
    case .dictionary(_, let value): .dictionary(value.staticType)
    case .tuple(let elements): .tuple(elements.map { (label: $0.label, type: $0.check.staticType) })
    case .optional(let inner): .optional(inner.staticType)
    case .host(let name): .host(name)
    }
  }

  /// As written.
  var name: String {
    switch self {
    case .function: "function"
    case .array(.any): "Array"
    case .array(let element): "[\(element.name)]"
    case .dictionary(let key, let value): "[\(key.name): \(value.name)]"
    case .tuple(let elements):
      "(\(elements.map { ($0.label.map { $0 + ": " } ?? "") + $0.check.name }.joined(separator: ", ")))"
    case .optional(let inner): inner.name + "?"
    case .host(let name): name
    default: staticType.name
    }
  }

  /// How errors speak of one.
  var article: String { withArticle(name) }

  /// Whether a value known to be of a type might pass: false only where it surely doesn't.
  func mayAccept(_ type: StaticType) -> Bool {
    switch (self, type) {
    case (.any, .void): false
    case (_, .unknown), (.any, _): true
    case (.void, .void), (.bool, .bool), (.int, .int), (.int, .number), (.string, .string), (.range, .range),
      (.tensor, .tensor),
      (.function, .function), (.option, .option), (.tensor, .host), (.function, .host), (.function, .model):
      true
    case (.double, let type): type.isNumber
    case (.array(let check), .array(let element)): check.mayAccept(element)
    case (.dictionary, .dictionary), (.dictionary, .array): true
    case (.tuple(let wanted), .tuple(let elements)):
      Self.agree(wanted.map(\.label), elements.map(\.label))
        && zip(wanted, elements).allSatisfy { $0.check.mayAccept($1.type) }
    case (.optional(let check), .optional(let inner)): check.mayAccept(inner)
    case (.optional(let check), _): check.mayAccept(type)
    case (_, .optional(let inner)): mayAccept(inner)
    case (.host(let name), let other): name == other.hostName
    default: false
    }
  }
}
