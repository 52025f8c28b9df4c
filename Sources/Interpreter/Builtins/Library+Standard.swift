extension Library {
  /// The families of built-ins, in the order of the reference. A family stands in its own file of `Builtins/`.
  package static let standard = Library([
<<<<<<< HEAD
    .output, .scalars, .strings, .collections, .networks, .training, .data, .figures,
=======
    .output, .programs, .scalars, .mathematics, .strings, .collections, .files,
>>>>>>> d4f3bf5 (Add numbers, text, collections and files to the language's library)
  ])
}
