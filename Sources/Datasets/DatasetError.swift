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
}

extension ImageError: ExplainedError {}
