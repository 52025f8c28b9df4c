import Syntax
import TensorRuntime

/// Where in a source something stands.
package struct SourcePlace {
  /// The source.
  package let source: SourceFile
  /// The stretch of it.
  package let span: Span

  /// The number of its line, counted from 1.
  package var line: Int { source.line(at: span.start) }
  /// The text that stands there.
  package var text: String { source.text(span) }
}

/// A call as written: its place and its arguments' labels and places.
package final class CallSite {
  /// The whole call.
  package let place: SourcePlace
  let labels: [String?]
  let spans: [Span]

  init(place: SourcePlace, labels: [String?], spans: [Span]) {
    self.place = place
    self.labels = labels
    self.spans = spans
  }

  /// The places of its arguments.
  var argumentPlaces: [SourcePlace] { spans.map { SourcePlace(source: place.source, span: $0) } }

  /// What stands before the dot of a method's call.
  func receiver(of method: String) -> SourcePlace? {
    let end = spans.first?.start ?? place.span.end
    let head = Array(place.source.text(Span(place.span.start, end)).utf8)
    let dot = Array(".\(method)".utf8)
    guard head.count > dot.count,
      let start = (1...head.count - dot.count).last(where: { head[$0..<$0 + dot.count].elementsEqual(dot) })
    else { return nil }
    return SourcePlace(source: place.source, span: Span(place.span.start, place.span.start + start))
  }
}

/// The decoded arguments of one call of a built-in: the body asks for them by name.
package struct Arguments {
  /// What is called.
  package let declaration: Builtin
  /// The session's services.
  package let context: EvaluationContext
  /// Where the call stands; `nil` when the library itself calls.
  package let site: CallSite?
  /// The value whose method is called, `.void` for a function. A mutating method changes it here.
  package var receiver: Value {
    get { box.receiver }
    nonmutating set { box.receiver = newValue }
  }
  private let parameters: [Parameter]
  private let values: [Value?]
  private let box: ReceiverBox

  final class ReceiverBox {
    var receiver: Value
    init(_ receiver: Value) { self.receiver = receiver }
  }

  init(
    _ declaration: Builtin, parameters: [Parameter]? = nil, values: [Value?], receiver: Value = .void,
    site: CallSite?, context: EvaluationContext
  ) {
    self.declaration = declaration
    self.parameters = parameters ?? declaration.parameters
    self.values = values
    self.site = site
    self.context = context
    box = ReceiverBox(receiver)
  }

  /// The value given for a parameter, or its default. `nil` where it is optional and nothing was given.
  package subscript(_ name: String) -> Value? {
    for index in parameters.indices where parameters[index].name == name {
      return values[index] ?? parameters[index].defaultValue
    }
    return nil
  }

  /// Whether the call gave this argument itself.
  package func isGiven(_ name: String) -> Bool {
    parameters.indices.contains { parameters[$0].name == name && values[$0] != nil }
  }

  private func wanted(_ what: String, _ name: String) -> EvaluationError {
    EvaluationError(
      "TypeError", "\(declaration.name) wants \(what) for '\(name)', got \(self[name]?.article ?? "nothing")")
  }

  /// The value of a parameter that takes anything.
  package func value(_ name: String) -> Value { self[name] ?? .nothing }

  /// An Int.
  package func int(_ name: String) throws -> Int {
    guard case .int(let number)? = self[name] else { throw wanted("an Int", name) }
    return number
  }

  /// An Int where one may be missing or `nil`.
  package func optionalInt(_ name: String) throws -> Int? { try optional(name) { try int($0) } }

  /// A number as Double.
  package func number(_ name: String) throws -> Double {
    guard let number = self[name]?.number else { throw wanted("a number", name) }
    return number
  }

  /// A number where one may be missing or `nil`.
  package func optionalNumber(_ name: String) throws -> Double? { try optional(name) { try number($0) } }

  /// A Bool.
  package func bool(_ name: String) throws -> Bool {
    guard case .bool(let value)? = self[name] else { throw wanted("a Bool", name) }
    return value
  }

  /// A String.
  package func string(_ name: String) throws -> String {
    guard case .string(let value)? = self[name] else { throw wanted("a String", name) }
    return value
  }

  /// A String where one may be missing or `nil`.
  package func optionalString(_ name: String) throws -> String? { try optional(name) { try string($0) } }

  /// An array's elements; also those given for a variadic parameter.
  package func array(_ name: String) throws -> [Value] {
    guard case .array(let array)? = self[name] else { throw wanted("an Array", name) }
    return array.elements
  }

  /// One or several whole numbers.
  package func ints(_ name: String) throws -> [Int] {
    switch self[name] {
    case .int(let number)?: return [number]
    case .array(let array)?:
      return try array.elements.map {
        guard case .int(let number) = $0 else { throw wanted("Int or [Int]", name) }
        return number
      }
    case .tuple(let tuple)?:
      return try tuple.elements.map {
        guard case .int(let number) = $0 else { throw wanted("Int or [Int]", name) }
        return number
      }
    default: throw wanted("Int or [Int]", name)
    }
  }

  /// Whole numbers where they may be missing or `nil`.
  package func optionalInts(_ name: String) throws -> [Int]? { try optional(name) { try ints($0) } }

  /// A tensor; numbers and nested arrays of numbers become one where the parameter takes them.
  package func tensor(_ name: String) throws -> Tensor {
    guard let value = self[name], let tensor = try TensorConversion.tensor(from: value) else {
      throw wanted("a Tensor", name)
    }
    return tensor
  }

  /// A tensor where one may be missing or `nil`.
  package func optionalTensor(_ name: String) throws -> Tensor? { try optional(name) { try tensor($0) } }

  /// A host object of a type.
  package func host<Object>(_ name: String, as type: Object.Type = Object.self) throws -> Object {
    guard case .host(let any)? = self[name], let object = any as? Object else {
      throw wanted(withArticle(String(describing: type)), name)
    }
    return object
  }

  /// A host object of a type where one may be missing or of another type.
  package func optionalHost<Object>(_ name: String, as type: Object.Type = Object.self) -> Object? {
    guard case .host(let any)? = self[name] else { return nil }
    return any as? Object
  }

  /// A chosen option with its own arguments; `nil` when the value isn't an option.
  package func option(_ name: String) throws -> ChosenOption? {
    guard case .option(let option)? = self[name],
      let parameter = parameters.first(where: { $0.name == name })
    else { return nil }
    return try choose(option, parameter.type)
  }

  /// The options in an array (`metrics: [.accuracy, .top(5)]`), other values left as they are.
  package func choices(_ name: String) throws -> [Choice] {
    guard let value = self[name] else { return [] }
    return try choices(value, of: name)
  }

  /// The options in a value that is a part of what was given for a parameter.
  func choices(_ value: Value, of name: String) throws -> [Choice] {
    guard let parameter = parameters.first(where: { $0.name == name }) else { return [] }
    var elements = [value]
    if case .array(let array) = value { elements = array.elements }
    return try elements.map {
      guard case .option(let option) = $0 else { return .value($0) }
      return .option(try choose(option, parameter.type))
    }
  }

  /// The options that a sum is made of, each with its weight: `.crossEntropy + 0.5 * .dice`.
  func weightedOptions(_ value: Value, of name: String) throws -> [(weight: Double, option: ChosenOption)] {
    guard case .option(let option) = value,
      let parameter = parameters.first(where: { $0.name == name })
    else { return [] }
    var result: [(weight: Double, option: ChosenOption)] = []
    var waiting = [(1.0, option)]
    while let (weight, option) = waiting.popLast() {
      switch option.form {
      case .single: result.append((weight, try choose(option, parameter.type)))
      case .sum: waiting += option.parts.reversed().map { (weight, $0) }
      case .scaled(let factor): waiting += option.parts.map { (weight * factor, $0) }
      }
    }
    return result
  }

  private func choose(_ option: OptionValue, _ type: ParameterType) throws -> ChosenOption {
    try ArgumentBinding.choose(option, from: type, for: declaration.name, context: context)
  }

  /// The host object whose method is called.
  package func receiver<Object>(_ type: Object.Type) throws -> Object {
    guard case .host(let any) = receiver, let object = any as? Object else {
      throw EvaluationError("TypeError", "'\(declaration.name)' can't be called on \(receiver.article)")
    }
    return object
  }

  /// Calls a function that was given as an argument.
  package func call(_ name: String, _ arguments: Value...) throws -> Value {
    try context.call(value(name), arguments)
  }

  private func optional<Result>(_ name: String, _ read: (String) throws -> Result) rethrows -> Result? {
    switch self[name] {
    case nil, .nothing?: nil
    default: try read(name)
    }
  }

  /// Where an argument stands, for errors about it.
  package func place(of name: String) -> SourcePlace? {
    guard let site, let index = parameters.firstIndex(where: { $0.name == name }) else { return nil }
    guard let position = site.labels.firstIndex(where: { $0 != nil && $0 == parameters[index].label }) else {
      return site.labels.indices.contains(index) && site.labels[index] == nil
        ? SourcePlace(source: site.place.source, span: site.spans[index]) : site.place
    }
    return SourcePlace(source: site.place.source, span: site.spans[position])
  }
}

/// An option that met its parameter, with its own decoded arguments.
package struct ChosenOption {
  /// Its name without the dot.
  package let name: String
  /// Its arguments, by the names the option declares.
  package let arguments: Arguments
}

/// An element of an array that may hold options among other values.
package enum Choice {
  case option(ChosenOption)
  case value(Value)
}
