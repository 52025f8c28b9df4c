import Testing

@Test func visualizationPlaceholder() {}
