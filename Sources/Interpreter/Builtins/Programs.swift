import CPUBackend
import Foundation
import TensorRuntime
import Visualization

extension Library.Family {
  /// Looking at a program and steering it.
  static let programs = Library.Family(
    "Programs", functions: [expect, time, clock, seed, threads, help, variables, typeNameFunction, progress])

  private static let expect = Builtin(
    "expect",
    "Stops with an error unless a condition holds. Where the condition is a comparison, the error shows both sides.",
    [
      .positional("condition", .bool, "what must be true"),
      .positional("message", .string, "what to say otherwise", default: .string("")),
    ], returns: .void, example: "expect(7 / 2 == 3)"
  ) { call in
    if try call.bool("condition") { return .void }
    let message = try call.string("message")
    throw EvaluationError(
      "ExpectationError",
      message.isEmpty ? "expectation failed: \(call.place(of: "condition")?.text ?? "false")" : message)
  }

  private static let time = Builtin(
    "time", "Runs a body and prints how long it took; gives what the body gives.",
    [.positional("body", .function("{ … }"), "what to run")],
    example: "let total = time { (1...1000).reduce(0) { $0 + $1 } }"
  ) { call in
    let clock = ContinuousClock()
    let start = clock.now
    let result = try call.call("body")
    if case .tensor(let tensor) = result { try call.context.runtime().evaluate([tensor]) }
    let elapsed = clock.now - start
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    call.context.write("took \(durationText(seconds))\n")
    return result
  }

  private static let clock = Builtin(
    "clock",
    "Seconds on a clock that only runs forward: the difference of two readings is how long something took.",
    returns: .double, example: "let start = clock()\nprint(clock() - start < 60)"
  ) { _ in
    let elapsed = clockStart.duration(to: .now).components
    return .double(Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
  }

  private static let clockStart = ContinuousClock.now

  /// A duration as people say it: `12.3 ms`.
  static func durationText(_ seconds: Double) -> String {
    switch seconds {
    case ..<1e-3: NumberText.fixed(seconds * 1e6, places: 1) + " µs"
    case ..<1: NumberText.fixed(seconds * 1e3, places: 1) + " ms"
    case ..<120: NumberText.fixed(seconds, places: 2) + " s"
    default: NumberText.fixed(seconds / 60, places: 1) + " min"
    }
  }

  private static let seed = Builtin(
    "seed",
    "Restarts all randomness: initial weights, shuffling, dropout, augmentation, rand and randn. Running everything again from a restart draws the same numbers.",
    [.positional("number", .int, "any whole number")], returns: .void, example: "seed(42)"
  ) { call in
    call.context.random.restart(seed: UInt64(bitPattern: Int64(try call.int("number"))))
    return .void
  }

  private static let threads = Builtin(
    "threads",
    "How many threads compute tensors; with a number, so many from now on. At first as many as there are processors this process may use: its affinity and its container's limits count. The same program gives the same numbers again with the same number of threads.",
    [.positional("count", .optional(.int), "how many; none only asks", default: .nothing)], returns: .int,
    example: "threads(1)\nprint(threads())"
  ) { call in
    let runtime = try call.context.runtime()
    if let count = try call.optionalInt("count") {
      let most = Processors.available
      guard (1...most).contains(count) else {
        throw EvaluationError(
          "ValueError",
          "threads(\(count)): wanted 1 to \(most), the processors this process may use"
        ).at(call.place(of: "count"))
      }
      runtime.setThreads(count)
    }
    return .int(runtime.backend.threads)
  }

  private static let help = Builtin(
    "help",
    "Says what something is and how it is used: a function, a layer, a model, a value. Without an argument, what there is.",
    [.positional("subject", .any, "what to explain", default: .nothing)], returns: .void,
    example: "help(print)"
  ) { call in
    let lines: [Documentation.Line]
    switch call.value("subject") {
    case .nothing: lines = overview(call.context.library)
    case .builtin(let builtin): lines = Documentation.text(of: builtin.declaration)
    case .function(let function):
      lines =
        [.code("func \(function.code.signature)")] + (function.code.documentation.map { [.text($0)] } ?? [])
    case .string(let topic): lines = try search(topic, call.context.library)
    case let value:
      guard let declaration = call.context.library.declaration(of: value) else {
        throw EvaluationError("ValueError", "there is no help on \(value.article)")
      }
      lines = Documentation.text(of: declaration)
    }
    call.context.sink.display(Documentation.bundle(lines), id: nil)
    return .void
  }

  private static func overview(_ library: Library) -> [Documentation.Line] {
    library.families.filter { !$0.functions.isEmpty }.map { family in
      .item(family.title, family.functions.map(\.name).joined(separator: ", "))
    } + [.text("help(name) explains one, help(\"word\") looks for a word")]
  }

  private static func search(_ topic: String, _ library: Library) throws -> [Documentation.Line] {
    if let builtin = library.functions[topic] { return Documentation.text(of: builtin) }
    if let type = library.types[topic] { return Documentation.text(of: type) }
    let word = topic.lowercased()
    func fits(_ name: String, _ summary: String) -> Bool {
      name.lowercased().contains(word) || summary.lowercased().contains(word)
    }
    let functions = library.families.flatMap(\.functions).filter { fits($0.name, $0.summary) }
    var found: [Documentation.Line] = functions.map { .item($0.signature, $0.summary) }
    for type in library.families.flatMap(\.types) {
      for member in type.members where fits(member.name, member.summary) {
        if case .method(let builtin) = member.kind {
          found.append(.item("\(type.name).\(builtin.signature)", member.summary))
        } else {
          found.append(.item("\(type.name).\(member.name): \(member.type.name)", member.summary))
        }
      }
    }
    guard !found.isEmpty else {
      throw EvaluationError(
        "ValueError", "nothing is known about '\(topic)'", fix: "help() lists what there is")
    }
    return found
  }

  private static let variables = Builtin(
    "variables", "Shows the session's variables with their types and the memory they take.", returns: .void
  ) { call in
    let names = call.context.globals.variables.filter { !$0.value.value.isVoid }.sorted { $0.key < $1.key }
    var table = TextTable(header: ["name", "type", "value", "bytes"], sides: [.left, .left, .left, .right])
    for (name, variable) in names {
      table.append([name, variable.value.typeName, summary(variable.value), byteText(variable.value)])
    }
    call.context.sink.display(table.bundle, id: nil)
    return .void
  }

  private static func summary(_ value: Value) -> String {
    switch value {
    case .tensor(let tensor): return "\(tensor.shape) \(tensor.elementType)"
    case .array(let array): return "\(array.elements.count) elements"
    case .dictionary(let dictionary): return "\(dictionary.entries.count) entries"
    case .function(let function): return function.code.signature
    default:
      let text = value.debugText.prefix { $0 != "\n" }
      return text.count > 40 ? text.prefix(40) + "…" : String(text)
    }
  }

  private static func byteText(_ value: Value) -> String {
    switch value {
    case .tensor(let tensor): return NumberText.grouped(tensor.type.byteCount)
    case .string(let text): return NumberText.grouped(text.utf8.count)
    case .array(let array):
      return NumberText.grouped(
        array.elements.count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride).partialValue)
    case .host(let object): return object.byteCount.map { NumberText.grouped($0) } ?? ""
    case .int, .double: return "8"
    case .bool: return "1"
    default: return ""
    }
  }

  private static let typeNameFunction = Builtin(
    "typeName", "What a value's type is called.", [.positional("value", .any, "any value")], returns: .string,
    example: "print(typeName(3), typeName([1]))"
  ) { call in .string(call.value("value").typeName) }

  private static let progress = Builtin(
    "progress", "Goes through a sequence and shows how far it is: for x in progress(0..<1000) { … }",
    [
      .positional("sequence", .sequence, "what to go through"),
      .labelled("label", .string, "what stands before the bar", default: .string("")),
    ], returns: .host("Sequence"), example: "for i in progress(0..<3) { }"
  ) { call in
    let sequence = call.value("sequence")
    let total = Iteration.count(of: sequence)
    let label = try call.string("label")
    return .host(
      LazySequence("progress") { context in
        let next = try Iteration.iterator(over: sequence, context)
        let meter = ProgressMeter(label, total: total, context.sink)
        return {
          let element = try next()
          if element == nil { meter.finish() } else { meter.step() }
          return element
        }
      })
  }
}
