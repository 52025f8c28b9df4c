/// The operators between two values.
enum BinaryOperator: String {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case greater = ">"
  case lessEqual = "<="
  case greaterEqual = ">="
  case identical = "==="
  case notIdentical = "!=="
  case eachEqual = ".=="
  case eachNotEqual = ".!="
  case eachLess = ".<"
  case eachGreater = ".>"
  case eachLessEqual = ".<="
  case eachGreaterEqual = ".>="
  case eachAnd = ".&&"
  case eachOr = ".||"

  enum Family {
    case arithmetic, equality, order, identity, elementwise
  }

  var family: Family {
    switch self {
    case .add, .subtract, .multiply, .divide, .remainder: .arithmetic
    case .equal, .notEqual: .equality
    case .less, .greater, .lessEqual, .greaterEqual: .order
    case .identical, .notIdentical: .identity
    default: .elementwise
    }
  }

  /// What is known of the result; `nil` where these types surely don't go together.
  func resultType(_ left: StaticType, _ right: StaticType) -> StaticType? {
    switch family {
    case .equality, .identity: return .bool
    case .elementwise: return .tensor
    case .order:
      switch (left, right) {
      case (.unknown, _), (_, .unknown), (.host, _), (_, .host), (.optional, _), (_, .optional),
        (.string, .string),
        (.tuple, .tuple):
        return .bool
      case let (a, b) where a.isNumber && b.isNumber: return .bool
      default: return nil
      }
    case .arithmetic: return arithmeticType(left, right)
    }
  }

  private func arithmeticType(_ left: StaticType, _ right: StaticType) -> StaticType? {
    switch (left, right) {
    case (.unknown, .tensor), (.tensor, .unknown): return .tensor
    case (.unknown, _), (_, .unknown), (.host, _), (_, .host), (.optional, _), (_, .optional): return .unknown
    case (.int, .int): return .int
    case (.int, .double), (.double, .int), (.double, .double), (.double, .number), (.number, .double):
      return .double
    case (.number, .int), (.int, .number), (.number, .number): return .number
    case (.tensor, .tensor): return .tensor
    case let (.tensor, b) where b.isNumber: return .tensor
    case let (a, .tensor) where a.isNumber: return .tensor
    case (.tensor, .bool), (.bool, .tensor): return .tensor
    case (.string, .string): return self == .add ? .string : nil
    case (.array(let a), .array(let b)): return self == .add ? .array(StaticType.joined(a, b)) : nil
    case (.array, .tensor), (.tensor, .array): return .tensor
    case (.option, .option): return self == .add ? .option : nil
    case let (.option, b) where b.isNumber: return self == .multiply ? .option : nil
    case let (a, .option) where a.isNumber: return self == .multiply ? .option : nil
    default: return nil
    }
  }

  /// What to write instead, where that is known.
  func hint(_ left: StaticType, _ right: StaticType) -> String? {
    switch (left, right) {
    case (.function, _), (_, .function): "a function is called with parentheses: f(…)"
    case (.string, _) where self == .add, (_, .string) where self == .add:
      "put the value into the string: \"… \\(value)\""
    case (.string, _) where self == .remainder:
      "put the value into the string: \"… \\(format(value, places: 2))\""
    case (.string, .int) where self == .multiply: "write String(repeating: text, count: n)"
    case (.array, .int) where self == .multiply: "write Array(repeating: value, count: n)"
    case (.tensor, _) where family == .order, (_, .tensor) where family == .order:
      "write .\(rawValue) to compare element by element, or x.number \(rawValue) … for a single one"
    case (.array, _) where family == .arithmetic: "arrays don't calculate: make a Tensor([…]) of it"
    default: nil
    }
  }
}
