import Fuzzing
import Interpreter
import Testing

/// Random programs must end in a value or an error, never in a crash or a hang, and leave no memory behind; and they must
/// reach everything: every function of the library, and every kind of node that a tree has. `scripts/fuzz` runs more of
/// them, and others.
@Suite struct FuzzTests {
  @Test(arguments: [
    (ProgramKind.language, 400), (.circles, 150), (.bytes, 1_500), (.grammar, 300), (.builtins, 3_000),
  ])
  func randomProgramsEndWell(_ kind: ProgramKind, count: Int) {
    let run = FuzzRun(kind)
    run.run(seeds: 0..<count)
    #expect(run.report.problems == [])
    if kind == .builtins { #expect(run.reachable.subtracting(run.report.reached) == []) }
    if kind == .language { #expect(run.report.finishedCells > 4 * run.report.failedCells) }
  }

  @Test func randomProgramsReachEverything() {
    var nodes = NodeKinds()
    let grammar = FuzzRun(.grammar)
    let language = FuzzRun(.language)
    for seed in 0..<1_000 {
      nodes.add(grammar.program(seed: seed))
      nodes.add(language.program(seed: seed))
    }
    #expect(nodes.missing.isEmpty)
  }
}
