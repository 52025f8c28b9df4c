/// A graph as text, one line per node in the order they would run:
/// `%2 = convolution(%0, %1) strides=[1, 1] : float32[8, 6, 28, 28]`.
package func describeGraph(_ results: [Tensor]) -> String {
  let order = Walk.order(from: results.map(\.node))
  for (index, node) in order.enumerated() { node.mark = index + 1 }
  defer { for node in order { node.mark = 0 } }
  func name(_ tensor: Tensor) -> String {
    "%\(tensor.node.mark - 1)" + (tensor.node.types.count > 1 ? ".\(tensor.output)" : "")
  }
  var lines = order.map { node -> String in
    let operation = node.isParameter ? "parameter" : node.operation.name
    let inputs = node.inputs.isEmpty ? "" : "(" + node.inputs.map(name).joined(separator: ", ") + ")"
    let parameters = node.operation.parameters.isEmpty ? "" : " " + node.operation.parameters
    let types = node.types.map(\.description).joined(separator: ", ")
    return "%\(node.mark - 1) = \(operation)\(inputs)\(parameters) : \(types)"
  }
  lines.append("return " + results.map(name).joined(separator: ", "))
  return lines.joined(separator: "\n")
}

/// Checks that every node's types are what its operation says for its inputs; throws a ``TensorError`` that names
/// the first that are not.
package func verifyGraph(_ results: [Tensor]) throws {
  for node in Walk.order(from: results.map(\.node))
  where !(node.inputs.isEmpty && node.values.contains { $0 != nil }) {
    let types = try node.operation.outputTypes(node.inputs.map(\.type))
    guard types == node.types else {
      throw TensorError(node.operation.name, "the node says \(node.types), its shape rule \(types)")
    }
  }
}
