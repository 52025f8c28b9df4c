/// What is wrong with the use of a tensor operation: names the operation, says what was got and wanted, and a fix.
package struct TensorError: ExplainedError {
  /// The operation that refuses.
  package let operation: String
  /// What was got and what was wanted, with the shapes.
  package let problem: String
  /// What to do about it.
  package let fix: String?

  /// Makes an error about an operation.
  package init(_ operation: String, _ problem: String, fix: String? = nil) {
    self.operation = operation
    self.problem = problem
    self.fix = fix
  }

  /// The problem behind the operation's name.
  package var message: String { "\(operation): \(problem)" }
}

/// A loss or gradient that is not a finite number, found before anything was updated.
package struct NonFiniteError: ExplainedError {
  /// The parameter whose gradient it is; nil for the loss itself.
  package let parameter: String?
  /// What was found.
  package let message: String
  /// What usually helps.
  package let fix: String?
  /// The loss.
  package let loss: Float

  /// Makes an error about the loss (`parameter` nil) or the gradient of a parameter.
  package init(parameter: String?, loss: Float) {
    self.parameter = parameter
    // The sign of what is not a number says nothing.
    let loss = loss.isNaN ? .nan : loss
    self.loss = loss
    if let parameter {
      message = "the gradient of \(parameter) is not finite (the loss is \(loss)); nothing was updated"
    } else {
      message = "the loss is \(loss), not a finite number; nothing was updated"
    }
    fix = "a smaller learning rate, clipping (clip:) or inputs scaled to about 0...1 usually help"
  }
}

/// More memory than there is would be needed.
package struct MemoryError: ExplainedError {
  /// What would need how much, and what there is.
  package let message: String
  /// What to do about it.
  package let fix: String?

  /// Makes an error that names what needs the memory, and how much.
  package init(_ what: String, bytes: Int, limit: Int) {
    let needed = bytes == Int.max ? "more bytes than can be counted" : MachineMemory.describe(bytes)
    message = "\(what) needs \(needed), and there are \(MachineMemory.describe(limit))"
    fix = "use smaller shapes or a smaller batch"
  }
}
