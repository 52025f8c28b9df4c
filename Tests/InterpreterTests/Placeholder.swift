import Testing

@Test func interpreterPlaceholder() {}
