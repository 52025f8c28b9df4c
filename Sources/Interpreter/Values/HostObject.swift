import TensorRuntime

/// A thing of the library that programs hold by reference: a model, a layer, an optimizer, a data set.
///
/// What it can do is declared once in its ``TypeDeclaration``: members with their documentation, how it is called.
/// Completion, `help`, inspection, the checks before running and the generated reference all read that declaration.
///
/// ```swift
/// extension Model: HostObject {
///   package static let declaration = TypeDeclaration(
///     "Model", "A network: layers with their weights.",
///     members: [
///       .property("parameterCount", .int, "How many numbers training changes.") { (model: Model) in
///         .int(model.parameterCount)
///       },
///       .method("summary", "Prints layers, shapes and parameters.") { (model: Model, call) in
///         call.context.sink.write(model.summary(), to: .stdout)
///         return .void
///       },
///     ],
///     call: Builtin("Model", "Applies the network.", [.positional("x", .tensor, "…")], returns: .tensor) { call in
///       .tensor(try call.receiver(Model.self)(call.tensor("x")))
///     })
///   package var text: String { name }
/// }
/// ```
package protocol HostObject: AnyObject {
  /// What this type is called and can do.
  static var declaration: TypeDeclaration { get }
  /// What `print` and `"\(x)"` show.
  var text: String { get }
  /// What a cell shows when this is its result. Plain text unless more is given.
  func bundle(_ context: EvaluationContext) throws -> MIMEBundle
  /// A member that only this object has (a metric's name, a layer's name); asked when the declaration has none.
  func dynamicMember(_ name: String, _ context: EvaluationContext) throws -> Value?
  /// The names of such members, for completion and "did you mean". Callable from any thread.
  var dynamicMemberNames: [String] { get }
  /// Changes a member. Throws where it can't be changed.
  func setMember(_ name: String, to value: Value, _ context: EvaluationContext) throws
  /// `object[indices]`. Throws where it has no elements.
  func element(at indices: [Value], _ context: EvaluationContext) throws -> Value
  /// `object[indices] = value`. Throws where elements can't be changed.
  func setElement(at indices: [Value], to value: Value, _ context: EvaluationContext) throws
  /// What `for x in object` goes through: a function that gives the next element, `nil` at the end.
  func iterator(_ context: EvaluationContext) throws -> (() throws -> Value?)?
  /// The tensor it stands for where a tensor is wanted (a `Variable`).
  func tensorValue() throws -> Tensor?
  /// `object op other` or `other op object`; `nil` where it has no such operator.
  func operate(_ name: String, with other: Value, isLeft: Bool, _ context: EvaluationContext) throws -> Value?
  /// Bytes it keeps in memory, for `variables()`.
  var byteCount: Int? { get }
}

extension HostObject {
  package func bundle(_ context: EvaluationContext) throws -> MIMEBundle { MIMEBundle(text: text) }
  package func dynamicMember(_ name: String, _ context: EvaluationContext) throws -> Value? { nil }
  package var dynamicMemberNames: [String] { [] }
  package func setMember(_ name: String, to value: Value, _ context: EvaluationContext) throws {
    throw EvaluationError("TypeError", "'\(name)' of \(Self.declaration.article) can't be changed")
  }
  package func element(at indices: [Value], _ context: EvaluationContext) throws -> Value {
    throw EvaluationError(
      "TypeError", "\(Self.declaration.article) has no elements to index", fix: Value.host(self).memberList)
  }
  package func setElement(at indices: [Value], to value: Value, _ context: EvaluationContext) throws {
    throw EvaluationError("TypeError", "elements of \(Self.declaration.article) can't be changed")
  }
  package func iterator(_ context: EvaluationContext) throws -> (() throws -> Value?)? { nil }
  package func tensorValue() throws -> Tensor? { nil }
  package func operate(_ name: String, with other: Value, isLeft: Bool, _ context: EvaluationContext) throws
    -> Value?
  {
    nil
  }
  package var byteCount: Int? { nil }
}
