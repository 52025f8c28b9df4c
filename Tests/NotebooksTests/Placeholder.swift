import Testing

@Test func notebooksPlaceholder() {}
