/// What kinds of random programs there are.
package enum ProgramKind: String, CaseIterable {
  /// Programs of the language alone that have the right types, so that nearly all of them run to their end.
  case language
  /// Functions, and values in containers, that hold each other in circles; what is held from outside must survive.
  case circles
  /// Programs and examples changed byte by byte, put together and nested: for the parser and the checks.
  case bytes
  /// Programs by the grammar with no regard for types: what a check must find and a run must survive.
  case grammar
  /// Every function, method and property of the library in turn, with arguments of the declared types.
  case builtins

  /// How many programs one session runs.
  var programsPerSession: Int {
    switch self {
    case .bytes, .builtins: 200
    case .circles: 500
    // Much is declared, and a session with many names takes longer to answer.
    case .language, .grammar: 50
    }
  }
}

/// A random program: cells that a session runs one after the other, so that an error in one keeps none of the others
/// from being run.
package struct RandomProgram {
  /// The texts of the cells.
  package let cells: [String]

  /// The whole as one text.
  package var text: String { cells.joined(separator: "\n") }
}
