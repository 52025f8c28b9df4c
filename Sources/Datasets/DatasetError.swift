import Files
import ImageCodecs
import TensorRuntime

/// Why a data set could not be read, fetched or made.
package struct DatasetError: ExplainedError, Equatable {
  package let message: String
  package let fix: String?

  /// Makes an error from its sentence and its remedy.
  package init(_ message: String, fix: String? = nil) {
    self.message = message
    self.fix = fix
  }

  /// Has an error of reading a file say which.
  static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as PlainFile.Unreadable {
      throw DatasetError("can't read \(path): \(error.reason)")
    }
  }
}

extension ImageError: ExplainedError {}
