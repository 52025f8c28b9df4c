/// Something a user can move while work is under way, where the front end has such things.
package struct LiveControl: Sendable {
  /// How it looks and what its value means.
  package enum Kind: Sendable {
    /// Stays pressed until pressed again: 0 or 1.
    case toggle
    /// Is pressed once: 1.
    case button
    /// A number on a logarithmic scale.
    case logarithmicSlider(value: Double, range: ClosedRange<Double>)
  }

  /// What the program calls it.
  package let name: String
  /// What the user reads.
  package let label: String
  /// How it looks and what its value means.
  package let kind: Kind

  /// Makes a control.
  package init(name: String, label: String, kind: Kind) {
    self.name = name
    self.label = label
    self.kind = kind
  }
}

extension OutputSink {
  /// Shows controls and calls `changed` with a control's name and value, from any thread, until the returned closure
  /// is called. A front end without controls shows nothing and returns `nil`.
  package func offer(
    _ controls: [LiveControl], changed: @escaping @Sendable (String, Double) -> Void
  ) -> (() -> Void)? {
    (self as? any ControllableSink)?.offerControls(controls, changed: changed)
  }
}

/// A sink whose front end can show controls.
package protocol ControllableSink: OutputSink {
  /// See `offer(_:changed:)`.
  func offerControls(
    _ controls: [LiveControl], changed: @escaping @Sendable (String, Double) -> Void
  ) -> (() -> Void)?
}
