import Syntax

/// Everything a program finds without declaring it: functions, constants, types with their members.
///
/// A family of built-ins is a file in `Builtins/` with a list of declarations; it is named once below.
package final class Library {
  /// Functions by name.
  package let functions: [String: Builtin]
  /// Constants by name.
  package let constants: [String: Value]
  /// Types by name.
  package let types: [String: TypeDeclaration]
  /// The names of methods that change the variable they are called on.
  let mutatingMethods: Set<String>
  /// The names of functions without any effect but their value, which checks may call before a cell runs.
  let pureFunctions: Set<String>
  /// The families in the order documentation shows them.
  package let families: [Family]

  /// Built-ins that belong together.
  package struct Family {
    /// The heading in the reference.
    package let title: String
    /// Its functions.
    package var functions: [Builtin] = []
    /// Its types.
    package var types: [TypeDeclaration] = []
    /// Its constants.
    package var constants: [(name: String, value: Value, summary: String)] = []
    /// Which of its functions have no effect but their value.
    package var pureFunctions: Set<String>

    /// Makes a family. `isPure` says that its functions have no effect but their value, except those named.
    package init(
      _ title: String, functions: [Builtin] = [], types: [TypeDeclaration] = [],
      constants: [(name: String, value: Value, summary: String)] = [], isPure: Bool = false,
      except effects: Set<String> = []
    ) {
      self.title = title
      self.functions = functions
      self.types = types
      self.constants = constants
      pureFunctions = isPure ? Set(functions.map(\.name)).subtracting(effects) : []
    }
  }

  /// Makes a library of families; a later one wins where names clash.
  package init(_ families: [Family]) {
    self.families = families
    functions = Dictionary(
      families.flatMap { $0.functions.map { ($0.name, $0) } }, uniquingKeysWith: { _, later in later })
    constants = Dictionary(
      families.flatMap { $0.constants.map { ($0.name, $0.value) } }, uniquingKeysWith: { _, later in later })
    types = Dictionary(
      families.flatMap { $0.types.map { ($0.name, $0) } }, uniquingKeysWith: { _, later in later })
    pureFunctions = families.reduce(into: []) { $0.formUnion($1.pureFunctions) }
    var mutating: Set<String> = []
    for type in types.values {
      for member in type.members {
        if case .method(let builtin) = member.kind, builtin.isMutating { mutating.insert(builtin.name) }
      }
    }
    mutatingMethods = mutating
  }

  /// The names of functions and constants.
  var names: [String] { Array(functions.keys) + Array(constants.keys) }

  /// The names that may stand where a type is written.
  var typeNames: [String] {
    Array(types.keys) + ["Any", "Void"]
  }

  /// What a value's type declares; `nil` for tuples, options and `nil`.
  package func declaration(of value: Value) -> TypeDeclaration? {
    switch value {
    case .host(let object): type(of: object).declaration
    case .bool: types["Bool"]
    case .int: types["Int"]
    case .double: types["Double"]
    case .string: types["String"]
    case .array: types["Array"]
    case .dictionary: types["Dictionary"]
    case .range: types["Range"]
    case .tensor: types["Tensor"]
    case .void, .nothing, .tuple, .function, .builtin, .option: nil
    }
  }
}
