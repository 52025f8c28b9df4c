/// Calls that are right in another library: sizes that are inferred here, layers in a list.
extension ForeignNames {
  /// What to write where a call has an argument too many.
  static func extraArgument(of function: String) -> String? {
    switch function {
    case "Conv", "ConvTranspose": "the input's channels are inferred: write \(function)(filters, size)"
    case "Dense": "the input's size is inferred: write Dense(units)"
    case "BatchNorm", "InstanceNorm", "LayerNorm": "the channels are inferred: write \(function)()"
    case "Sequential": layersInBraces
    case "Model": "write Model(input: [1, 28, 28]) { x in … }"
    default: nil
    }
  }

  private static let layersInBraces =
    "write the layers in braces: Sequential { Conv(8, 3); Flatten(); Dense(10) }"

  /// What to write where an argument is of a type that another library takes there.
  static func argumentHint(_ type: StaticType, for parameter: Parameter, of function: String) -> String? {
    switch (function, parameter.name, type) {
    case ("Sequential", "body", .array(let element)), ("Model", "body", .array(let element)):
      if element.isNumber { return "write input: [1, 28, 28] for the shape of a sample" }
      return function == "Sequential" ? layersInBraces : extraArgument(of: function)
    case ("Sequential", "body", _): return layersInBraces
    case (_, "optimizer", .host("Optimizer")):
      return "\(function) makes its own: write .adam(lr: 1e-3); Adam(net) is for opt.minimize { loss }"
    case ("minimize", "loss", .tensor): return "write the loss inside of the braces: minimize { … }"
    default: return nil
    }
  }

  /// What to write where something else stands in the place of the closure behind a call.
  static func closureHint(of function: String) -> String? {
    ["Sequential", "Model"].contains(function) ? "write input: [1, 28, 28] for the shape of a sample" : nil
  }

  /// Whether a label names the size of a layer's input.
  static func namesInput(_ label: String) -> Bool {
    ["in", "in_channels", "inChannels", "in_features", "inFeatures", "input_dim", "num_features"].contains(
      label)
  }
}
