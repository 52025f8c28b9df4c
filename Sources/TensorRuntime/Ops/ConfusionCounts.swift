/// How often each class was taken for each: `truth int32[…], predicted int32[…] → int32[classes, classes]`, a row for
/// each true class. Fails when computed if a number is out of range.
package struct ConfusionCounts: TensorOp {
  /// How many classes there are.
  package let classes: Int
  /// Which true numbers are accepted, and which doesn't count.
  package let numbers: ClassNumbers

  package var name: String { "confusionCounts" }
  package var parameters: String { "classes=\(classes)" + numbers.parameters }
  package func outputTypes(_ inputs: [TensorType]) throws -> [TensorType] {
    guard inputs[0].elementType == .int32, inputs[1].elementType == .int32,
      inputs[0].shape == inputs[1].shape
    else {
      throw TensorError(
        name, "got the classes \(inputs[0]) and the predicted ones \(inputs[1]), wanted int32 of one shape")
    }
    guard (1...4096).contains(classes) else {
      throw TensorError(name, "got \(classes) classes, wanted 1 to 4096")
    }
    return [TensorType([classes, classes], .int32)]
  }
  package func gradient(_ context: GradientContext) throws -> [Tensor?] { [nil, nil] }
}

extension Tensor {
  /// How often each class (`self`, int32) was predicted as each: `[classes, classes]`, a row for each true class.
  package func confusionCounts(_ predicted: Tensor, classes: Int, ignoring: Int? = nil) throws -> Tensor {
    let operation = ConfusionCounts(classes: classes, numbers: ClassNumbers(ignoring: ignoring))
    return try Tensor.one(operation, [cast(.int32), predicted.cast(.int32)])
  }
}
