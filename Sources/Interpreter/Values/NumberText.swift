import Foundation

/// Numbers as text with a given number of digits.
package enum NumberText {
  /// `3.1416` with so many digits behind the point.
  package static func fixed(_ number: Double, places: Int) -> String {
    guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
    return String(format: "%.\(max(0, min(places, 60)))f", number)
  }

  /// `3.1416e+00`.
  package static func exponential(_ number: Double, places: Int) -> String {
    guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
    return String(format: "%.\(max(0, min(places, 60)))e", number)
  }

  /// `61,706`: thousands apart.
  package static func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var result = ""
    while digits.count > 3 {
      result = "," + digits.suffix(3) + result
      digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + digits + result
  }
}
