import Foundation

/// How long idle threads of the library's team turn in circles before they sleep.
///
/// Threads that never sleep are fastest while the machine is ours. Where other processes take the processors, whoever
/// turns in circles keeps the one it waits for from running, and training becomes fifty times slower; so they are
/// given a fraction of a millisecond, which covers the time between two steps of a small network in a loop: waking a
/// thread that sleeps takes half of that. OpenMP reads its settings when it
/// is loaded, before `main`, which is why the program has to start itself once more to change them.
enum WorkerSpinning {
  private static let variable = "GOMP_SPINCOUNT"
  private static let count = "8000"

  /// Starts the program again with the setting, unless the user has made one. Does nothing where that can't be done.
  static func limit() {
    #if os(Linux)
      guard getenv(variable) == nil, getenv("OMP_WAIT_POLICY") == nil else { return }
      var path = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
      guard readlink("/proc/self/exe", &path, path.count - 1) > 0, setenv(variable, count, 1) == 0 else {
        return
      }
      execv(path, CommandLine.unsafeArgv)
    #endif
  }
}
