import COneDNN

/// How numbers stand in memory: lengths, element type, strides and blocks.
package struct MemoryDescriptor: Equatable {
  /// The library's own description.
  package var raw: dnnl_memory_desc_t

  /// Takes the library's own description.
  package init(raw: dnnl_memory_desc_t) { self.raw = raw }

  /// A type of element.
  package enum Element: Sendable { case float32, int32, uint8, bfloat16 }

  /// Row-major numbers without gaps, or with the strides given (in elements).
  package init(_ dims: [Int], _ element: Element = .float32, strides: [Int]? = nil) throws {
    var raw = dnnl_memory_desc_t()
    var lengths = dims.map(Int64.init)
    var steps = (strides ?? MemoryDescriptor.rowMajor(dims)).map(Int64.init)
    try check(
      dnnl_memory_desc_init_by_strides(
        &raw, Int32(dims.count), &lengths, MemoryDescriptor.type(element), &steps),
      "description of \(dims)")
    self.raw = raw
  }

  /// Numbers in whatever arrangement a primitive likes best.
  package static func any(_ dims: [Int], _ element: Element = .float32) throws -> MemoryDescriptor {
    var raw = dnnl_memory_desc_t()
    var lengths = dims.map(Int64.init)
    try check(
      dnnl_memory_desc_init_by_tag(&raw, Int32(dims.count), &lengths, type(element), dnnl_format_tag_any),
      "description of \(dims)")
    return MemoryDescriptor(raw: raw)
  }

  /// The same arrangement of other elements.
  package func with(_ element: Element) -> MemoryDescriptor {
    var copy = raw
    copy.data_type = MemoryDescriptor.type(element)
    return MemoryDescriptor(raw: copy)
  }

  /// Whether the elements are bfloat16: 16 bits, the upper half of a float32.
  package var isBFloat16: Bool { raw.data_type == dnnl_bf16 }

  /// Bytes of one element.
  package var elementByteCount: Int { dnnl_data_type_size(raw.data_type) }

  /// Images whose channels stand together in blocks: `nChw16c`.
  package static func blocked(_ dims: [Int], channels: Int) throws -> MemoryDescriptor {
    var raw = dnnl_memory_desc_t()
    var lengths = dims.map(Int64.init)
    let tag =
      switch (dims.count, channels) {
      case (4, 16): dnnl_nChw16c
      case (4, 8): dnnl_nChw8c
      default: dnnl_format_tag_undef
      }
    try check(
      dnnl_memory_desc_init_by_tag(&raw, Int32(dims.count), &lengths, dnnl_f32, tag),
      "description of \(dims) in blocks of \(channels) channels")
    return MemoryDescriptor(raw: raw)
  }

  /// Filters of images whose inputs and outputs stand together in blocks of sixteen: `OIhw16i16o`.
  package static func blockedFilters(_ dims: [Int]) throws -> MemoryDescriptor {
    var raw = dnnl_memory_desc_t()
    var lengths = dims.map(Int64.init)
    let tag = dims.count == 4 ? dnnl_OIhw16i16o : dnnl_format_tag_undef
    try check(
      dnnl_memory_desc_init_by_tag(&raw, Int32(dims.count), &lengths, dnnl_f32, tag),
      "description of the filters \(dims) in blocks")
    return MemoryDescriptor(raw: raw)
  }

  /// No numbers at all.
  package static let none = MemoryDescriptor(raw: dnnl_memory_desc_t())

  private static func type(_ element: Element) -> dnnl_data_type_t {
    switch element {
    case .float32: dnnl_f32
    case .int32: dnnl_s32
    case .uint8: dnnl_u8
    case .bfloat16: dnnl_bf16
    }
  }

  private static func rowMajor(_ dims: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: dims.count)
    for axis in stride(from: dims.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * max(1, dims[axis + 1])
    }
    return strides
  }

  package static func == (left: MemoryDescriptor, right: MemoryDescriptor) -> Bool {
    var (a, b) = (left.raw, right.raw)
    return dnnl_memory_desc_equal(&a, &b) == 1
  }

  /// Bytes it takes, padding included.
  package var byteCount: Int {
    var copy = raw
    return dnnl_memory_desc_get_size(&copy)
  }

  private func numbers<Tuple>(_ tuple: Tuple, _ count: Int32) -> [Int] {
    withUnsafeBytes(of: tuple) { bytes in
      let all = bytes.bindMemory(to: Int64.self)
      return (0..<min(Int(count), all.count)).map { Int(all[$0]) }
    }
  }

  /// How many axes there are.
  package var rank: Int { Int(raw.ndims) }
  /// The lengths of the axes.
  package var dims: [Int] { numbers(raw.dims, raw.ndims) }
  /// The lengths with padding to whole blocks.
  package var paddedDims: [Int] { numbers(raw.padded_dims, raw.ndims) }
  /// Elements between neighbours along each axis (between blocks where the axis is blocked).
  package var strides: [Int] { numbers(raw.format_desc.blocking.strides, raw.ndims) }
  /// The inner blocks, outermost first: which axis, how many.
  package var blocks: [(axis: Int, length: Int)] {
    let count = raw.format_desc.blocking.inner_nblks
    let lengths = numbers(raw.format_desc.blocking.inner_blks, count)
    let axes = numbers(raw.format_desc.blocking.inner_idxs, count)
    return zip(axes, lengths).map { (axis: $0, length: $1) }
  }
  /// Whether strides and blocks say it all.
  package var isBlocked: Bool { raw.format_kind == dnnl_blocked && raw.extra.flags == 0 && raw.offset0 == 0 }
  /// Whether there are filler elements.
  package var hasPadding: Bool { dims != paddedDims }
  /// Whether this is row-major order without gaps.
  package var isRowMajor: Bool {
    guard isBlocked, raw.format_desc.blocking.inner_nblks == 0, !hasPadding else { return false }
    let expected = MemoryDescriptor.rowMajor(dims)
    return zip(zip(dims, strides), expected).allSatisfy { $0.0.0 == 1 || $0.0.1 == $0.1 }
  }

  /// All there is to know, as plain numbers: the other initialiser makes the description again.
  package var words: [UInt64] {
    guard raw.format_kind == dnnl_blocked else {
      return withUnsafeBytes(of: raw) { bytes in
        [0] + (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
      }
    }
    var words = [1, UInt64(raw.data_type.rawValue), UInt64(raw.ndims), UInt64(blocks.count)]
    words += (dims + paddedDims + strides).map { UInt64(bitPattern: Int64($0)) }
    return words + blocks.flatMap { [UInt64($0.axis), UInt64($0.length)] }
  }

  /// The description that gave these numbers; nil where none can have.
  package init?(words: [UInt64]) {
    var raw = dnnl_memory_desc_t()
    func write<Tuple>(_ numbers: ArraySlice<UInt64>, _ tuple: inout Tuple) {
      withUnsafeMutableBytes(of: &tuple) { bytes in
        let all = bytes.bindMemory(to: UInt64.self)
        for (index, number) in numbers.enumerated() where index < all.count { all[index] = number }
      }
    }
    if words.first == 0 {
      write(words.dropFirst(), &raw)
    } else {
      guard words.count >= 4, words[2] <= 12, words[3] <= 12 else { return nil }
      let (rank, count) = (Int(words[2]), Int(words[3]))
      guard words.count == 4 + 3 * rank + 2 * count else { return nil }
      raw.data_type = dnnl_data_type_t(UInt32(words[1]))
      raw.ndims = Int32(rank)
      raw.format_kind = dnnl_blocked
      write(words[4..<4 + rank], &raw.dims)
      write(words[4 + rank..<4 + 2 * rank], &raw.padded_dims)
      write(words[4 + 2 * rank..<4 + 3 * rank], &raw.format_desc.blocking.strides)
      let pairs = words[(4 + 3 * rank)...]
      raw.format_desc.blocking.inner_nblks = Int32(count)
      write(
        ArraySlice(pairs.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)),
        &raw.format_desc.blocking.inner_idxs)
      write(
        ArraySlice(pairs.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)),
        &raw.format_desc.blocking.inner_blks)
    }
    self.init(raw: raw)
  }

  /// Short, as plans print it: `nchw`, `nChw16c`.
  package var layoutName: String {
    guard raw.format_kind == dnnl_blocked else {
      return raw.format_kind == dnnl_format_kind_any ? "any" : "opaque"
    }
    let letters = rank == 4 ? Array("nchw") : rank == 5 ? Array("ncdhw") : Array("abcdefghijkl")
    let blocked = Set(blocks.map(\.axis))
    let order = (0..<rank).sorted { strides[$0] == strides[$1] ? $0 < $1 : strides[$0] > strides[$1] }
    let outer = order.map { blocked.contains($0) ? letters[$0].uppercased() : String(letters[$0]) }.joined()
    return outer + blocks.map { "\($0.length)\(letters[$0.axis])" }.joined()
  }
}

extension MemoryDescriptor {
  /// The same arrangement (one block of channels, otherwise in order) for other lengths.
  package func withChannels(_ dims: [Int]) throws -> MemoryDescriptor {
    var copy = raw
    let block = blocks.first { $0.axis == 1 }?.length ?? 1
    let padded = dims.enumerated().map {
      $0.offset == 1 ? ($0.element + block - 1) / block * block : $0.element
    }
    // The order of axes, slowest first, stays; channels count blocks.
    let lengths = padded.enumerated().map { $0.offset == 1 ? $0.element / block : $0.element }
    let order = (0..<dims.count).sorted { strides[$0] == strides[$1] ? $0 < $1 : strides[$0] > strides[$1] }
    var steps = [Int](repeating: 0, count: dims.count)
    var step = block
    for axis in order.reversed() {
      steps[axis] = step
      step *= max(1, lengths[axis])
    }
    func write<Tuple>(_ numbers: [Int], _ tuple: inout Tuple) {
      withUnsafeMutableBytes(of: &tuple) { bytes in
        let all = bytes.bindMemory(to: Int64.self)
        for (index, number) in numbers.enumerated() where index < all.count { all[index] = Int64(number) }
      }
    }
    write(dims, &copy.dims)
    write(padded, &copy.padded_dims)
    write(steps, &copy.format_desc.blocking.strides)
    return MemoryDescriptor(raw: copy)
  }
}

extension MemoryDescriptor {
  /// The same arrangement for another number of samples, where samples stand one after the other; nil elsewhere.
  package func withSamples(_ count: Int) -> MemoryDescriptor? {
    guard isBlocked, !blocks.contains(where: { $0.axis == 0 }), let largest = strides.max(),
      strides[0] == largest
    else {
      return nil
    }
    var copy = raw
    copy.dims.0 = Int64(count)
    copy.padded_dims.0 = Int64(count)
    return MemoryDescriptor(raw: copy)
  }
}

/// The library's number for one of several sources.
package func multipleSource(_ index: Int32) -> Int32 { Int32(cdnnl_arg_multiple_src) + index }
