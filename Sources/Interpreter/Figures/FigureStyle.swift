import Foundation
import Visualization

/// How figures of a session look.
final class FigureStyle {
  /// The colours around and in figures: those of `$CNNREPL_THEME`, light unless said.
  var theme = ProcessInfo.processInfo.environment["CNNREPL_THEME"] == "dark" ? Theme.dark : Theme.light
}

extension EvaluationContext {
  /// How figures look.
  var figureStyle: FigureStyle { service(FigureStyle.self) { FigureStyle() } }
}
