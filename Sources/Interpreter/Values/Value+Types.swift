extension Value {
  /// What its type is called in the language: `Int`, `[String]`, `Tensor`, `Model`.
  package var typeName: String {
    switch self {
    case .void: "Void"
    case .nothing: "nil"
    case .bool: "Bool"
    case .int: "Int"
    case .double: "Double"
    case .string: "String"
    case .array: "Array"
    case .tuple: "tuple"
    case .dictionary: "Dictionary"
    case .range: "Range"
    case .tensor: "Tensor"
    case .function, .builtin: "function"
    case .option: "option"
    case .host(let object): type(of: object).declaration.name
    }
  }

  /// How errors speak of it: `an Int`, `a String`, `a Tensor [1, 28, 28]`, `nil`.
  package var article: String {
    switch self {
    case .void: "nothing"
    case .nothing: "nil"
    case .bool: "a Bool"
    case .int: "an Int"
    case .double: "a Double"
    case .string: "a String"
    case .array(let array): array.elements.isEmpty ? "an empty Array" : "an Array"
    case .tuple: "a tuple"
    case .dictionary: "a Dictionary"
    case .range: "a Range"
    case .tensor(let tensor): "a Tensor \(tensor.shape)"
    case .function, .builtin: "a function"
    case .option(let option): "the option \(option.text)"
    case .host(let object): type(of: object).declaration.article
    }
  }
}

/// `a` or `an` with a type's name.
func withArticle(_ name: String) -> String {
  guard let first = name.first else { return name }
  return ("AEIOaeio[".contains(first) && !name.hasPrefix("one") ? "an " : "a ") + name
}

extension Value {
  /// Which properties a host object has, for errors about what else it can't do.
  var memberList: String? {
    guard case .host(let object) = self else { return nil }
    let names = type(of: object).declaration.members.compactMap { member in
      if case .property = member.kind { member.name } else { nil }
    }
    guard !names.isEmpty else { return nil }
    return "it has \(names.prefix(8).joined(separator: ", "))" + (names.count > 8 ? ", …" : "")
  }

  /// Whether it is a function or a closure.
  var isCallable: Bool {
    switch self {
    case .function, .builtin: true
    default: false
    }
  }
}
