extension Library.Family {
  /// Tensors: making them, calculating with them, looking into them.
  static let tensors = Library.Family(
    "Tensors",
    functions: tensorCreation + tensorMathematics + tensorShaping + imageFilters + activations,
    types: [tensorType], isPure: true, except: ["arange", "linspace", "eye"])
}
