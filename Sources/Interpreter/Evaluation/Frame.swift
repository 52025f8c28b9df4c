import Syntax
import TensorRuntime

/// An expression made ready to run.
typealias Code = (Frame) throws -> Value
/// A statement made ready to run.
typealias Action = (Frame) throws -> Flow

/// How a statement ended.
enum Flow {
  case normal
  case breakLoop
  case continueLoop
  case returning
  case fallThrough
}

/// The local variables of one call.
final class Frame {
  let context: EvaluationContext
  let slots: UnsafeMutablePointer<Value>
  let cells: UnsafeMutablePointer<CapturedVariable?>
  let captures: [CapturedVariable]
  /// The function that runs; `nil` for a cell's own statements.
  let function: FunctionValue?
  private let slotCount: Int
  private let cellCount: Int
  /// The value of the `return` on its way out.
  var result = Value.void
  /// The number of the loop that a labelled `break` or `continue` on its way out means, 0 for the nearest.
  var label = 0
  /// Where a builder body's values go.
  var collector: Collector?

  init(_ context: EvaluationContext, slotCount: Int, cellCount: Int, function: FunctionValue?) {
    self.context = context
    self.function = function
    self.slotCount = slotCount
    self.cellCount = cellCount
    captures = function?.captures ?? []
    slots = .allocate(capacity: slotCount)
    slots.initialize(repeating: .void, count: slotCount)
    cells = .allocate(capacity: cellCount)
    cells.initialize(repeating: nil, count: cellCount)
  }

  deinit {
    slots.deinitialize(count: slotCount)
    slots.deallocate()
    cells.deinitialize(count: cellCount)
    cells.deallocate()
  }
}

/// One value of a builder body, with the place where it was written.
package struct Collected {
  /// The value.
  package let value: Value
  /// Where its statement stands.
  package let place: SourcePlace
}

/// Gathers the values of a builder body.
final class Collector {
  var items: [Collected] = []
}

/// A parameter of a function written in the language.
struct FunctionParameter {
  let label: String?
  let name: String
  let isVariadic: Bool
  let typeCheck: TypeCheck?
  let typeText: String?
  let defaultValue: Code?
  let defaultText: String?
  /// Stores the value in the frame.
  let store: (Frame, Value) throws -> Void
}

/// The compiled body of a function or closure.
final class FunctionCode {
  let name: String
  let place: SourcePlace
  let documentation: String?
  /// Whether it is a closure, whose parameters a single tuple may fill.
  let isClosure: Bool
  let parameters: [FunctionParameter]
  let returnCheck: TypeCheck?
  let returnText: String?
  let isPlain: Bool
  /// How it was written, where it is a function of a cell's own: later cells that call it are checked against it.
  var declaration: FunctionDeclaration?
  // Filled once the body is compiled, which may refer to the function itself.
  var slotCount = 0
  var cellCount = 0
  var body: [Action] = []

  init(
    name: String, place: SourcePlace, documentation: String?, isClosure: Bool,
    parameters: [FunctionParameter],
    returnCheck: TypeCheck?, returnText: String?
  ) {
    self.name = name
    self.place = place
    self.documentation = documentation
    self.isClosure = isClosure
    self.parameters = parameters
    self.returnCheck = returnCheck
    self.returnText = returnText
    isPlain = !parameters.contains { $0.isVariadic || $0.defaultValue != nil }
  }

  /// As documentation shows it.
  var signature: String {
    let list = parameters.map { parameter in
      let name =
        isClosure || parameter.label == parameter.name
        ? parameter.name : "\(parameter.label ?? "_") \(parameter.name)"
      let type = parameter.typeText.map { ": " + $0 } ?? ""
      return name + type + (parameter.isVariadic ? "..." : "")
        + (parameter.defaultText.map { " = " + $0 } ?? "")
    }
    return "\(name)(\(list.joined(separator: ", ")))" + (returnText.map { " -> " + $0 } ?? "")
  }
}
