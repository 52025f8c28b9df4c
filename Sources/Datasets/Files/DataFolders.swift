import Foundation

/// Where data files are looked for and where fetched ones are kept.
package struct DataFolders: Sendable, Equatable {
  /// The user's own folder, from `$CNNREPL_DATA`; nothing is ever written there.
  package let own: String?
  /// The folder for fetched files.
  package let cache: String
  /// Whether missing files may be fetched: not when `$CNNREPL_OFFLINE` is set.
  package let mayFetch: Bool

  /// Makes folders by name.
  package init(own: String?, cache: String, mayFetch: Bool) {
    (self.own, self.cache, self.mayFetch) = (own, cache, mayFetch)
  }

  /// Reads the folders from an environment (the XDG base directory rules for the cache).
  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let given = { (name: String) in environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let home = given("HOME") ?? NSHomeDirectory()
    self.init(
      own: given("CNNREPL_DATA"),
      cache: (given("XDG_CACHE_HOME") ?? home + "/.cache") + "/cnnrepl",
      mayFetch: given("CNNREPL_OFFLINE") == nil)
  }

  /// The first place where one of the file names exists in a set's folder, own folder before cache.
  package func locate(set: String, names: [String]) -> String? {
    for folder in [own, cache].compactMap({ $0 }) {
      for name in names {
        let path = "\(folder)/\(set)/\(name)"
        if FileManager.default.fileExists(atPath: path) { return path }
      }
    }
    return nil
  }

  /// The error for a file that lies in neither folder and is not to be fetched.
  func missing(_ file: String, of set: String, in folder: String, canBeFetched: Bool) -> DatasetError {
    let places = [own, cache].compactMap { $0 }.map { "\($0)/\(folder)" }
    return DatasetError(
      "\(set): no file \(file) in " + places.joined(separator: " or "),
      fix: canBeFetched
        ? "put it there, or unset CNNREPL_OFFLINE to fetch it" : "put it there: this set is not fetched")
  }
}
