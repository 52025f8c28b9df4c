/// What layers with many multiplications compute in. Parameters, sums, statistics and losses are always float32.
package enum Precision: String, Hashable, Sendable, Codable {
  /// 24 significant bits.
  case float32
  /// The factors of convolutions and fully connected layers are rounded to bfloat16: float32's range, 8 significant
  /// bits.
  case bfloat16
}

/// How a device computes in a precision.
package enum PrecisionSupport: Hashable, Sendable {
  /// It can't.
  case none
  /// It can, slower than in float32.
  case slow
  /// It can, faster than in float32 (or as fast).
  case fast
}
