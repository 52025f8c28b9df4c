import TensorRuntime

/// The live displays of the cell that runs, one for each place in the program that has one.
final class LiveDisplays {
  private let style: FigureStyle
  private var numbers: [ObjectIdentifier: LiveDisplay] = [:]
  private var strips: [ObjectIdentifier: ImageStrip] = [:]
  // Keeps the identities above from being given to other places.
  private var sites: [CallSite] = []

  /// Makes displays whose figures are drawn in a session's style.
  init(style: FigureStyle) { self.style = style }

  /// The display of numbers at a call's place.
  func numbers(at site: CallSite?) -> LiveDisplay {
    entry(at: site, in: &numbers) { LiveDisplay(style: style) }
  }

  /// The strip of images at a call's place.
  func strip(at site: CallSite?) -> ImageStrip { entry(at: site, in: &strips) { ImageStrip() } }

  private func entry<Display>(
    at site: CallSite?, in displays: inout [ObjectIdentifier: Display], orMake make: () -> Display
  ) -> Display {
    let key = site.map { ObjectIdentifier($0) } ?? ObjectIdentifier(self)
    if let known = displays[key] { return known }
    let display = make()
    displays[key] = display
    if let site { sites.append(site) }
    return display
  }

  /// Shows what was not shown yet, and forgets everything: the next cell has displays of its own.
  func finish(on sink: any OutputSink) {
    for display in numbers.values { display.finish(on: sink) }
    numbers = [:]
    strips = [:]
    sites = []
  }
}

extension EvaluationContext {
  /// The live displays of the cell that runs.
  var liveDisplays: LiveDisplays { service(LiveDisplays.self) { LiveDisplays(style: figureStyle) } }
}
