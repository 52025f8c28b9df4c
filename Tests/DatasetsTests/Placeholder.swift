import Testing

@Test func datasetsPlaceholder() {}
