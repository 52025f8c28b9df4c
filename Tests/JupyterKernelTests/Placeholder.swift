import Testing

@Test func jupyterkernelPlaceholder() {}
