/// How large values may grow: beyond these an error is thrown before memory runs out.
enum Limits {
  /// Bytes of one string.
  static let stringBytes = 64 << 20
  /// Elements of one array or dictionary.
  static let elementCount = 16 << 20

  static var stringError: EvaluationError {
    EvaluationError(
      "MemoryError", "a string would be longer than \(stringBytes >> 20) MB",
      fix: "write it to a file in parts")
  }

  static var elementError: EvaluationError {
    EvaluationError(
      "MemoryError", "a collection would have more than \(elementCount) elements",
      fix: "a Tensor holds numbers in less memory")
  }

  /// Throws where a collection would become too large.
  static func checkCount(_ count: Int) throws { if count > elementCount { throw elementError } }
}
