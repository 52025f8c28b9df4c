import Datasets

/// What things of Keras, PyTorch, NumPy and Python are called here. They are hints in errors, never aliases.
package enum ForeignNames {
  /// Every hint there is.
  package static var allHints: [String] { Array(names.values) + members.values + typeMembers.values }

  /// What to write for an unknown name.
  static func hint(for name: String) -> String? {
    names[name] ?? (modules.contains(name) ? moduleHint(name) : nil)
  }

  /// What to write for `module.name` of another library.
  static func hint(for name: String, in module: String) -> String? {
    guard modules.contains(module) else { return nil }
    return members[name] ?? names[name] ?? members[name.lowercased()] ?? moduleHint(module)
  }

  /// What an option is called in other libraries, where they name it by a string.
  static func option(_ name: String) -> String? {
    switch name.lowercased() {
    case "categorical_crossentropy", "sparse_categorical_crossentropy", "cross_entropy", "cce", "nll":
      "crossEntropy"
    case "binary_crossentropy": "bce"
    case "mean_squared_error", "l2": "mse"
    case "mean_absolute_error", "l1": "mae"
    case "acc", "categorical_accuracy", "sparse_categorical_accuracy": "accuracy"
    case "binary_accuracy": "binaryAccuracy"
    case "leaky_relu": "leakyRelu"
    case "swish": "silu"
    case "he_normal": "heNormal"
    case "he_uniform": "heUniform"
    case "glorot_uniform", "xavier_uniform": "glorotUniform"
    case "glorot_normal", "xavier_normal": "glorotNormal"
    default: nil
    }
  }

  /// What to write for a label of another library.
  static func label(_ label: String, among labels: [String]) -> String? {
    for candidate in labelNames[label] ?? [] where labels.contains(candidate) { return candidate }
    return nil
  }

  /// What a label of another library's function of the same purpose is written as here.
  static func labelHint(_ label: String, of function: String) -> String? {
    switch (function, label) {
    case ("Augment", _): Augment.hint(forKeras: label).map { "write \($0)" }
    case ("reduce", "into"): "write reduce(start) { result, x in … }, which gives the new result, or a loop"
    case ("String", "format"): "write format(x, places: 2)"
    case ("fit", "loss_weights"), ("fit", "lossWeights"):
      "weigh the losses themselves: loss: (.crossEntropy, 0.3 * .mse)"
    case ("fit", "lr"), ("fit", "learning_rate"), ("fit", "learningRate"): "write optimizer: .adam(lr: 1e-3)"
    case ("fit", "x"), ("fit", "y"), ("evaluate", "x"), ("evaluate", "y"): "write \(function)((x, y))"
    case ("fit", "validation_split"), ("fit", "validationSplit"):
      "split where the data are made: MNIST(validation: 0.1)"
    default: nil
    }
  }

  /// What to write for a method of another library.
  static func memberHint(_ name: String, of type: String) -> String? { typeMembers["\(type).\(name)"] }

  private static func moduleHint(_ module: String) -> String {
    "nothing is imported here: layers, tensors and plots are there without '\(module).'"
  }
}
