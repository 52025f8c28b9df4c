import ArgumentParser
import Datasets
import Foundation
import TensorRuntime
import Visualization

/// `cnnrepl data`: which public data sets there are, which are here, and fetching them.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "List public data sets, fetch them, say where they lie.",
    discussion: """
      Files are looked for in $CNNREPL_DATA and then in the cache folder ($XDG_CACHE_HOME/cnnrepl or \
      ~/.cache/cnnrepl), where fetched ones are kept. CNNREPL_OFFLINE=1 forbids fetching.
      """,
    subcommands: [List.self, Fetch.self, Where.self], defaultSubcommand: List.self)

  /// `cnnrepl data list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the sets and whether they are here.")

    func run() throws {
      let folders = DataFolders()
      var table = TextTable(header: ["name", "what", "here"], sides: [.left, .left, .left])
      for set in PublicSet.all {
        let size = String(format: "no: %.0f MB to fetch", Double(set.fetchSize) / 1e6)
        let missing = set.fetchSize > 0 ? size : "no: its files are to be put there by hand"
        table.append([set.name, set.summary, set.location(in: folders) ?? missing])
      }
      print(table.text())
    }
  }

  /// `cnnrepl data fetch NAME`.
  struct Fetch: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetch a set's missing files into the cache folder, and check them.")

    @Argument(help: "The set's name, as list shows it.")
    var name: String

    func run() throws {
      let set = try DataCommand.set(name)
      let cancellation = CancellationToken()
      Signals.block([SIGINT])
      Interrupts.reach(cancellation)
      let isTerminal = isatty(STDERR_FILENO) == 1
      var last = Date.distantPast
      let fetcher = Fetcher(cancellation: cancellation) { progress in
        let isDone = progress.received >= progress.total
        guard isDone || Date().timeIntervalSince(last) >= (isTerminal ? 0.25 : 5) else { return }
        last = Date()
        fputs(
          isTerminal && !isDone ? "\r\(progress.line)" : "\(isTerminal ? "\r" : "")\(progress.line)\n", stderr
        )
      }
      do {
        let dataset = try set.fetch(into: DataFolders(), fetcher: fetcher)
        let place = set.location(in: DataFolders()) ?? ""
        print("\(set.name): \(dataset.train.count) to train, \(dataset.test.count) to test, in \(place)")
      } catch is Interrupted {
        report("interrupted; what is already here is kept and gone on from next time")
        throw ExitStatus.interrupted
      } catch let error as DatasetError {
        report(error.message + (error.fix.map { "\nfix: \($0)" } ?? ""))
        throw ExitStatus.badFile
      }
    }
  }

  /// `cnnrepl data where [NAME]`.
  struct Where: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the folder of a set, or the folders that are looked through.")

    @Argument(help: "The set's name; all folders are printed without it.")
    var name: String?

    func run() throws {
      let folders = DataFolders()
      guard let name else {
        if let own = folders.own { print("\(own)  (CNNREPL_DATA)") }
        print("\(folders.cache)  (cache)")
        return
      }
      let set = try DataCommand.set(name)
      guard let place = set.location(in: folders) else {
        throw badFile(
          "\(set.name) is not here; wanted in "
            + [folders.own, folders.cache].compactMap { $0.map { "\($0)/\(set.folder)" } }
            .joined(separator: " or "))
      }
      print(place)
    }
  }

  private static func set(_ name: String) throws -> PublicSet {
    guard let set = PublicSet.named(name) else {
      throw ValidationError(
        "there is no data set '\(name)'; there are \(PublicSet.all.map(\.name).joined(separator: ", "))")
    }
    return set
  }
}
