import ArgumentParser

/// How the program ends, as its callers see it. Bad usage is 64, which the argument parser itself gives.
enum ExitStatus {
  /// A cell, script or entry failed.
  static let failure = ExitCode(1)
  /// A file can't be read, can't be written, or isn't what it should be.
  static let badFile = ExitCode(66)
  /// The user interrupted: 128 and the number of SIGINT, as shells count.
  static let interrupted = ExitCode(130)
}
