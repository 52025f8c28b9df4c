/// A function of the library: what it is called, what it takes, what it gives, what it means, and what it does.
///
/// ```swift
/// Builtin(
///   "convolve", "Slides a kernel over a picture …",
///   [
///     .positional("x", .tensor, "the picture"),
///     .positional("kernel", .tensor, "the kernel"),
///     .labelled("padding", .either([.ints, .option(Options.padding)]), "…", default: .option(named: "valid")),
///     .labelled("flip", .bool, "turn the kernel round first", default: .bool(false)),
///   ],
///   returns: .tensor, shapes: "[c, h, w], [k, l] -> [c, h', w']", formula: "y(i, j) = Σ x(i + k, j + l) w(k, l)",
///   example: "convolve(rand(1, 5, 5), ones(3, 3)).shape"
/// ) { call in
///   .tensor(try convolve(call.tensor("x"), call.tensor("kernel"), flip: call.bool("flip")))
/// }
/// ```
///
/// The body reads its arguments by name from ``Arguments``; they are there and of the declared types. What it throws
/// is shown with the place of the call.
package final class Builtin {
  /// What a program calls it.
  package let name: String
  /// What it does: a sentence or a paragraph.
  package let summary: String
  /// What it takes, in order.
  package let parameters: [Parameter]
  /// What it gives.
  package let returns: StaticType
  /// How the shapes of what it takes and gives belong together.
  package let shapes: String?
  /// What it computes, as a formula.
  package let formula: String?
  /// A piece of program that shows it; run by the tests.
  package let example: String?
  /// Whether it changes the variable it is called on (`append`).
  package let isMutating: Bool
  /// Named values that hang on it: `Double.pi`.
  package let constants: [(name: String, value: Value, summary: String)]
  /// Gives the type of the result where it depends on the arguments' types.
  package let inferredType: (([StaticType]) -> StaticType)?
  /// Whether it gives a network that gives what the closure behind the call does.
  let isModelOfBody: Bool
  /// What is known of its value before a program runs, given the known arguments and the labels of the others; throws
  /// what will surely go wrong, and `Unknowable` where nothing is known.
  let rehearsal: ((Arguments, _ unknown: Set<String>) throws -> Value)?
  let body: (Arguments) throws -> Value

  /// Declares a function.
  package init(
    _ name: String, _ summary: String, _ parameters: [Parameter] = [], returns: StaticType = .unknown,
    shapes: String? = nil, formula: String? = nil, example: String? = nil, isMutating: Bool = false,
    constants: [(name: String, value: Value, summary: String)] = [],
    inferredType: (([StaticType]) -> StaticType)? = nil, isModelOfBody: Bool = false,
    rehearsal: ((Arguments, _ unknown: Set<String>) throws -> Value)? = nil,
    body: @escaping (Arguments) throws -> Value
  ) {
    self.name = name
    self.isModelOfBody = isModelOfBody
    self.rehearsal = rehearsal
    self.summary = summary
    self.parameters = parameters
    self.returns = returns
    self.shapes = shapes
    self.formula = formula
    self.example = example
    self.isMutating = isMutating
    self.constants = constants
    self.inferredType = inferredType
    self.body = body
  }

  /// As documentation shows it: `convolve(_ x: Tensor, flip: Bool = false) -> Tensor`.
  package var signature: String { name + callSignature }

  /// The signature without the name.
  package var callSignature: String {
    var result = ""
    if !returns.isUnknown, case .void = returns {
    } else if !returns.isUnknown {
      result = " -> " + returns.name
    }
    return "(\(parameters.map(\.signature).joined(separator: ", ")))\(result)"
  }
}

/// A member of a type: a property or a method.
package struct Member {
  /// What kind of member it is, with what it does.
  package enum Kind {
    case property(type: StaticType, get: (Value, EvaluationContext) throws -> Value)
    case method(Builtin)
  }

  /// What a program calls it.
  package let name: String
  /// What it means.
  package let summary: String
  /// What kind it is.
  package let kind: Kind

  /// A property of a host object.
  package static func property<Object: HostObject>(
    _ name: String, _ type: StaticType, _ summary: String, get: @escaping (Object) throws -> Value
  ) -> Member {
    property(name, type, summary) { (object: Object, _) in try get(object) }
  }

  /// A property of a host object that needs the session.
  package static func property<Object: HostObject>(
    _ name: String, _ type: StaticType, _ summary: String,
    get: @escaping (Object, EvaluationContext) throws -> Value
  ) -> Member {
    valueProperty(name, type, summary) { value, context in
      guard case .host(let any) = value, let object = any as? Object else {
        throw EvaluationError(
          "TypeError", "'\(name)' belongs to \(Object.declaration.article), got \(value.article)")
      }
      return try get(object, context)
    }
  }

  /// A method of a host object: the body gets the object and the call.
  package static func method<Object: HostObject>(
    _ name: String, _ summary: String, _ parameters: [Parameter] = [], returns: StaticType = .unknown,
    shapes: String? = nil, formula: String? = nil, example: String? = nil,
    inferredType: (([StaticType]) -> StaticType)? = nil,
    rehearsal: ((Object, Arguments, _ unknown: Set<String>) throws -> Value)? = nil,
    body: @escaping (Object, Arguments) throws -> Value
  ) -> Member {
    valueMethod(
      name, summary, parameters, returns: returns, shapes: shapes, formula: formula, example: example,
      inferredType: inferredType,
      rehearsal: rehearsal.map { rehearse in
        { call, unknown in try rehearse(call.receiver(Object.self), call, unknown) }
      }
    ) { call in try body(call.receiver(Object.self), call) }
  }

  /// A property of a plain value.
  static func valueProperty(
    _ name: String, _ type: StaticType, _ summary: String,
    get: @escaping (Value, EvaluationContext) throws -> Value
  ) -> Member {
    Member(name: name, summary: summary, kind: .property(type: type, get: get))
  }

  /// A method of a plain value: the body finds it in `call.receiver`.
  static func valueMethod(
    _ name: String, _ summary: String, _ parameters: [Parameter] = [], returns: StaticType = .unknown,
    shapes: String? = nil, formula: String? = nil, example: String? = nil, isMutating: Bool = false,
    inferredType: (([StaticType]) -> StaticType)? = nil,
    rehearsal: ((Arguments, _ unknown: Set<String>) throws -> Value)? = nil,
    body: @escaping (Arguments) throws -> Value
  ) -> Member {
    let builtin = Builtin(
      name, summary, parameters, returns: returns, shapes: shapes, formula: formula, example: example,
      isMutating: isMutating, inferredType: inferredType, rehearsal: rehearsal, body: body)
    return Member(name: name, summary: summary, kind: .method(builtin))
  }

  /// What is known of its value's type, for a property.
  var type: StaticType {
    switch kind {
    case .property(let type, _): type
    case .method: .function
    }
  }
}

/// A type with its members: declared once, read by checks, completion, `help` and the reference.
package final class TypeDeclaration {
  /// What the type is called.
  package let name: String
  /// What it is: a sentence or a paragraph.
  package let summary: String
  /// Its members in the order documentation shows them.
  package let members: [Member]
  /// How its objects are called, where they can be: the body finds the object in `call.receiver`.
  package let call: Builtin?
  /// What `for` and an index give.
  package let element: StaticType
  /// Which further members objects may have of their own, so that they aren't an error before running.
  private let mayHaveMember: ((String) -> Bool)?
  private let positions: [String: Int]
  private let methods: [String: Builtin]

  /// Declares a type.
  package init(
    _ name: String, _ summary: String, members: [Member] = [], call: Builtin? = nil,
    element: StaticType = .unknown,
    mayHaveMember: ((String) -> Bool)? = nil
  ) {
    self.name = name
    self.summary = summary
    self.members = members
    self.call = call
    self.element = element
    self.mayHaveMember = mayHaveMember
    positions = Dictionary(
      members.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    methods = Dictionary(
      members.compactMap { member in
        if case .method(let builtin) = member.kind { (member.name, builtin) } else { nil }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The member called `name`.
  package subscript(name: String) -> Member? { positions[name].map { members[$0] } }

  /// Whether an object may have a member, declared here or its own.
  func mayHave(_ name: String) -> Bool { self[name] != nil || mayHaveMember?(name) ?? false }

  /// The method called `name`, also where a property has the same name: `xs.first` and `xs.first { … }`.
  package func method(_ name: String) -> Builtin? { methods[name] }

  /// How errors speak of one: `a Model`.
  package var article: String { withArticle(name) }
}
