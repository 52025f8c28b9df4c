extension Library.Family {
  static let collections = Library.Family(
    "Collections",
    types: [TypeDeclaration("Array", "Values in order."), TypeDeclaration("Dictionary", "Values by key.")])
}
