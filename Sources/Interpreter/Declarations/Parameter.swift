/// What a parameter takes. One place checks arguments against it, before running where the argument's type is known
/// and at the call otherwise, and words the error.
package indirect enum ParameterType {
  /// Anything.
  case any
  case bool
  case int
  /// An Int or a Double, read as Double.
  case number
  case string
  /// A whole number or several: `2`, `[2, 3]`.
  case ints
  /// A tensor, or a host object that stands for one (a `Variable`).
  case tensor
  /// A tensor, a number, or nested arrays of numbers.
  case tensorLike
  case range
  case dictionary
  case tuple
  /// Something that can be called; the text says how: `(Tensor) -> Tensor`.
  case function(String)
  /// A closure whose statements' values are collected (the body of `Sequential`).
  case builder
  /// What `for` can go through: array, range, string, dictionary, data set, ….
  case sequence
  case array(ParameterType)
  /// A host object declared under this name.
  case host(String)
  /// A leading-dot option of this family.
  case option(OptionFamily)
  /// `nil` too.
  case optional(ParameterType)
  /// One of several.
  case either([ParameterType])

  /// How signatures and errors name it.
  package var name: String {
    switch self {
    case .any: "Any"
    case .bool: "Bool"
    case .int: "Int"
    case .number: "Double"
    case .string: "String"
    case .ints: "Int or [Int]"
    case .tensor: "Tensor"
    case .tensorLike: "Tensor"
    case .range: "Range"
    case .dictionary: "Dictionary"
    case .tuple: "tuple"
    case .function(let shape): shape
    case .builder: "{ … }"
    case .sequence: "Sequence"
    case .array(let element):
      if case .either = element { "[(\(element.name))]" } else { "[\(element.name)]" }
    case .host(let name): name
    case .option(let family): family.name
    case .optional(let type): type.name + "?"
    case .either(let types): types.map(\.name).joined(separator: " or ")
    }
  }

  /// What is known of an argument's type once it was accepted.
  var staticType: StaticType {
    switch self {
    case .bool: .bool
    case .int: .int
    case .string: .string
    case .range: .range
    case .tensor: .tensor
    case .function: .function
    case .array(let element): .array(element.staticType)
    case .host(let name): .host(name)
    default: .unknown
    }
  }
}

/// One parameter of a built-in function, method or option.
package struct Parameter {
  /// What a call writes before the value; `nil` when it stands by its position.
  package let label: String?
  /// By what name the body asks for it, and documentation shows it. A positional one may also be written with it.
  package let name: String
  /// What it takes.
  package let type: ParameterType
  /// The value it has when none is given; `nil` when it must be given.
  package let defaultValue: Value?
  /// Whether any number of values may be given.
  package let isVariadic: Bool
  /// What it means: one line.
  package let summary: String

  /// A parameter that stands by its position: `Conv(6, …)`.
  package static func positional(
    _ name: String, _ type: ParameterType, _ summary: String, default value: Value? = nil
  ) -> Parameter {
    Parameter(label: nil, name: name, type: type, defaultValue: value, isVariadic: false, summary: summary)
  }

  /// A parameter that is written with its label: `padding: .same`.
  package static func labelled(
    _ label: String, _ type: ParameterType, _ summary: String, default value: Value? = nil
  ) -> Parameter {
    Parameter(label: label, name: label, type: type, defaultValue: value, isVariadic: false, summary: summary)
  }

  /// A parameter that takes any number of values by position; the body gets an array.
  package static func variadic(_ name: String, _ type: ParameterType, _ summary: String) -> Parameter {
    Parameter(label: nil, name: name, type: type, defaultValue: nil, isVariadic: true, summary: summary)
  }

  /// A parameter that takes any number of values behind its label: `inputs: [1, 28, 28], [10]`; the body gets an array.
  package static func labelledVariadic(_ label: String, _ type: ParameterType, _ summary: String) -> Parameter
  {
    Parameter(label: label, name: label, type: type, defaultValue: nil, isVariadic: true, summary: summary)
  }

  /// Whether a call may leave it out.
  package var isOptional: Bool { defaultValue != nil || isVariadic }

  /// As signatures show it: `padding: Padding = .valid`.
  package var signature: String {
    let value = defaultValue.map { " = " + $0.debugText } ?? ""
    let dots = isVariadic ? "..." : ""
    return (label.map { $0 + ": " } ?? "_ \(name): ") + type.name + dots + value
  }
}

/// The options that a parameter knows: `.same`, `.adam(lr: 1e-3)`, `.top(5)`.
package final class OptionFamily {
  /// One option.
  package struct Case {
    /// Its name without the dot.
    package let name: String
    /// What may stand in its parentheses.
    package let parameters: [Parameter]
    /// What it means: one line.
    package let summary: String

    /// Makes an option.
    package init(_ name: String, _ summary: String, _ parameters: [Parameter] = []) {
      self.name = name
      self.parameters = parameters
      self.summary = summary
    }
  }

  /// What the family is called in signatures: `Padding`, `Activation`.
  package let name: String
  /// The options in the order documentation shows them.
  package let cases: [Case]
  /// Whether options may be added up and weighted: `.crossEntropy + 0.5 * .dice`.
  package let isAdditive: Bool

  /// Makes a family.
  package init(_ name: String, additive: Bool = false, _ cases: [Case]) {
    self.name = name
    self.cases = cases
    isAdditive = additive
  }

  /// The option called `name`.
  package subscript(name: String) -> Case? { cases.first { $0.name == name } }
}

extension Value {
  /// An option as a default value: `.labelled("padding", …, default: .option(named: "valid"))`.
  package static func option(named name: String) -> Value {
    .option(OptionValue(name: name, arguments: nil, site: nil))
  }
}
