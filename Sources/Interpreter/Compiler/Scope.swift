import Syntax

/// A variable inside a function, or inside a block of a cell.
final class LocalVariable {
  enum Storage {
    case slot(Int)
    /// Shared with closures.
    case cell(Int)
  }
  let name: String
  let isConstant: Bool
  let storage: Storage
  let span: Span
  /// What is known of its value's type.
  var type: StaticType
  var typeCheck: TypeCheck?
  /// How it may be called, where it is a function that can't be reassigned.
  var signature: FunctionSignature?
  /// Whether its declaration has been reached.
  var isReady: Bool
  /// Whether its value comes from outside of the block, as a parameter's or a loop's does: no `let` stands before it.
  var isGiven = false

  init(name: String, isConstant: Bool, storage: Storage, span: Span, type: StaticType, isReady: Bool) {
    self.name = name
    self.isConstant = isConstant
    self.storage = storage
    self.span = span
    self.type = type
    self.isReady = isReady
  }
}

/// What the compiler knows of a variable of the session.
final class GlobalInfo {
  let variable: GlobalVariable
  var isConstant: Bool
  var type: StaticType
  var typeCheck: TypeCheck?
  var signature: FunctionSignature?
  /// Where this cell declares it; `nil` when an earlier one did.
  var span: Span?
  /// Whether its declaration has been reached.
  var isReady: Bool
  /// Whether it is a function of this cell, which is there before the cell's first statement runs.
  var isFunction = false
  /// Whether an earlier cell gave it a value, which counts until the declaration is reached.
  var hasEarlierValue = false

  init(_ variable: GlobalVariable, isConstant: Bool, type: StaticType, span: Span?, isReady: Bool) {
    self.variable = variable
    self.isConstant = isConstant
    self.type = type
    self.span = span
    self.isReady = isReady
  }
}

/// The function that is being compiled: its blocks, variables and captures.
final class FunctionScope {
  enum CaptureSource {
    case cell(Int)
    case capture(Int)
  }
  struct Loop {
    let label: String?
    let number: Int
  }

  let parent: FunctionScope?
  /// Names that closures inside may capture: their variables live in cells.
  let capturedNames: Set<String>
  /// Whether `return` belongs here: not for a cell's own statements.
  let isFunction: Bool
  let isClosure: Bool
  /// The name by which a local function calls itself.
  var selfName: String?
  var selfSignature: FunctionSignature?
  var returnCheck: TypeCheck?
  /// What is known of what it returns, as far as it was read; `nil` before the first `return`.
  var result: StaticType?
  var blocks: [[String: LocalVariable]] = [[:]]
  var slotCount = 0
  var cellCount = 0
  private(set) var captures: [CaptureSource] = []
  private var captureIndices: [ObjectIdentifier: Int] = [:]
  var loops: [Loop] = []
  var switchDepth = 0
  /// Numbers labelled loops, so that `break outer` finds its loop.
  var nextLoop = 1

  init(parent: FunctionScope?, capturedNames: Set<String>, isFunction: Bool, isClosure: Bool) {
    self.parent = parent
    self.capturedNames = capturedNames
    self.isFunction = isFunction
    self.isClosure = isClosure
  }

  /// The variable called `name` in the innermost block that has one.
  func local(_ name: String) -> LocalVariable? {
    for block in blocks.reversed() { if let found = block[name] { return found } }
    return nil
  }

  /// Takes in one more value that is returned.
  func returns(_ type: StaticType) { result = result.map { StaticType.joined($0, type) } ?? type }

  func newStorage(for name: String) -> LocalVariable.Storage {
    if capturedNames.contains(name) {
      cellCount += 1
      return .cell(cellCount - 1)
    }
    return .slot(newSlot())
  }

  func newSlot() -> Int {
    slotCount += 1
    return slotCount - 1
  }

  /// The index of a capture of an outer function's variable, passed on through the functions between.
  func capture(_ variable: LocalVariable, of owner: FunctionScope) -> Int? {
    if let known = captureIndices[ObjectIdentifier(variable)] { return known }
    guard let parent else { return nil }
    let source: CaptureSource
    if parent === owner {
      guard case .cell(let index) = variable.storage else { return nil }
      source = .cell(index)
    } else {
      guard let index = parent.capture(variable, of: owner) else { return nil }
      source = .capture(index)
    }
    captures.append(source)
    captureIndices[ObjectIdentifier(variable)] = captures.count - 1
    return captures.count - 1
  }
}
