import COneDNN

/// What oneDNN answered instead of success.
package struct OneDNNError: Error, CustomStringConvertible {
  /// The call that failed.
  package let call: String
  /// The library's status.
  package let status: dnnl_status_t

  /// The call and its answer.
  package var description: String {
    let reason =
      switch status {
      case dnnl_out_of_memory: "out of memory"
      case dnnl_invalid_arguments: "invalid arguments"
      case dnnl_unimplemented: "the library has no way to compute this"
      case dnnl_runtime_error: "run-time error"
      case dnnl_not_required: "not required"
      default: "status \(status.rawValue)"
      }
    return "oneDNN \(call): \(reason)"
  }
}

/// Throws unless a call succeeded.
@inline(__always)
func check(_ status: dnnl_status_t, _ call: @autoclosure () -> String) throws {
  guard status == dnnl_success else { throw OneDNNError(call: call(), status: status) }
}

/// The library's version, as in `2.6.3`.
package func oneDNNVersion() -> String {
  guard let version = dnnl_version()?.pointee else { return "unknown" }
  return "\(version.major).\(version.minor).\(version.patch)"
}
