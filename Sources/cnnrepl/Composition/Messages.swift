import ArgumentParser
import Foundation

/// Writes a message for the user to standard error.
func report(_ message: some CustomStringConvertible) {
  fflush(stdout)
  fputs("error: \(message)\n", stderr)
}

/// Reports a problem with a file and ends the command with the status for it.
func badFile(_ problem: some CustomStringConvertible) -> ExitCode {
  report(problem)
  return ExitStatus.badFile
}
