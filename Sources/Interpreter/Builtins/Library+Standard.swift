extension Library {
  /// The families of built-ins, in the order of the reference. A family stands in its own file of `Builtins/`.
  package static let standard = Library([
    .output, .programs, .scalars, .mathematics, .strings, .collections, .files, .tensors, .networks,
    .training, .segmentation, .adversarial, .data, .figures, .inspection,
  ])
}
