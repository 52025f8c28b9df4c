import Syntax

extension CallSite {
  /// Whether no argument has a label.
  var isUnlabelled: Bool { labels.allSatisfy { $0 == nil } }
}

/// How a function written in the language may be called; used before running and at the call.
struct FunctionSignature {
  struct Slot {
    let label: String?
    let name: String
    let isVariadic: Bool
    let hasDefault: Bool
    let typeCheck: TypeCheck?
  }
  let name: String
  let slots: [Slot]
  let isClosure: Bool
  let text: String
  /// The check of the type that is written behind `->`.
  let returnCheck: TypeCheck?

  init(_ code: FunctionCode) {
    name = code.name
    isClosure = code.isClosure
    text = code.signature
    slots = code.parameters.map {
      Slot(
        label: $0.label, name: $0.name, isVariadic: $0.isVariadic, hasDefault: $0.defaultValue != nil,
        typeCheck: $0.typeCheck)
    }
    returnCheck = code.returnCheck
  }

  init(name: String, slots: [Slot], isClosure: Bool, text: String, returnCheck: TypeCheck?) {
    self.name = name
    self.slots = slots
    self.isClosure = isClosure
    self.text = text
    self.returnCheck = returnCheck
  }

  /// For each argument the index of its parameter.
  func bind(_ labels: [String?], trailing: Set<Int> = [], ignoringLabels: Bool = false) throws -> [Int] {
    var targets: [Int] = []
    var taken = [Bool](repeating: false, count: slots.count)
    var next = 0
    for (index, label) in labels.enumerated() {
      if let label {
        guard let target = slots.firstIndex(where: { $0.label == label }) else { throw unknown(label, index) }
        if taken[target] {
          throw BindingProblem(message: "\(name) got '\(label)' twice", argument: index, fix: nil)
        }
        taken[target] = true
        targets.append(target)
        next = slots[target].isVariadic ? target : target + 1
        continue
      }
      if trailing.contains(index), let target = slots.indices.last(where: { !taken[$0] }) {
        taken[target] = true
        targets.append(target)
        continue
      }
      let isOpen = { (target: Int) in
        let slot = slots[target]
        if slot.isVariadic { return slot.label == nil || ignoringLabels || taken[target] }
        return !taken[target] && (slot.label == nil || ignoringLabels)
      }
      while next < slots.count, !isOpen(next) { next += 1 }
      guard next < slots.count else { throw tooMany(labels, index) }
      taken[next] = true
      targets.append(next)
      if !slots[next].isVariadic { next += 1 }
    }
    if let missing = slots.indices.first(where: {
      !taken[$0] && !slots[$0].isVariadic && !slots[$0].hasDefault
    }) {
      let slot = slots[missing]
      let what = slot.label.map { "'\($0):'" } ?? "a value for '\(slot.name)'"
      throw BindingProblem(message: "\(name) needs \(what)", argument: nil, fix: "signature: \(text)")
    }
    return targets
  }

  private func unknown(_ label: String, _ index: Int) -> BindingProblem {
    if slots.contains(where: { $0.label == nil && $0.name == label }) {
      return BindingProblem(
        message: "\(name) takes '\(label)' without a label", argument: index, fix: "leave '\(label):' out")
    }
    let near = Spelling.nearest(to: label, among: slots.compactMap(\.label))
    return BindingProblem(
      message: "\(name) has no parameter '\(label)'", argument: index,
      fix: near.map { "did you mean '\($0):'?" } ?? "signature: \(text)")
  }

  private func tooMany(_ labels: [String?], _ index: Int) -> BindingProblem {
    if let open = slots.first(where: { $0.label != nil }), let label = open.label, labels.count <= slots.count
    {
      return BindingProblem(
        message: "\(name) wants the label '\(label):' here", argument: index,
        fix: "write '\(label):' before it, or declare it without a label: _ \(open.name)")
    }
    let count = slots.count
    return BindingProblem(
      message: "\(name) takes \(count) argument\(count == 1 ? "" : "s"), got \(labels.count)",
      argument: index,
      fix: "signature: \(text)")
  }
}
