import Datasets

/// What things of Keras, PyTorch, NumPy and Python are called here. They are hints in errors, never aliases.
enum ForeignNames {
  /// What to write for an unknown name.
  static func hint(for name: String) -> String? { names[name] ?? modules[name].map { _ in moduleHint(name) } }

  /// What to write for `module.name` of another library.
  static func hint(for name: String, in module: String) -> String? {
    guard modules[module] != nil else { return nil }
    return members[name] ?? names[name] ?? members[name.lowercased()] ?? moduleHint(module)
  }

  /// What to write for a label of another library.
  static func label(_ label: String, among labels: [String]) -> String? {
    for candidate in labelNames[label] ?? [] where labels.contains(candidate) { return candidate }
    return nil
  }

  /// What a label of another library's function of the same purpose is written as here.
  static func labelHint(_ label: String, of function: String) -> String? {
    function == "Augment" ? Augment.hint(forKeras: label).map { "write \($0)" } : nil
  }

  /// What to write for a method of another library.
  static func memberHint(_ name: String, of type: String) -> String? { typeMembers["\(type).\(name)"] }

  private static func moduleHint(_ module: String) -> String {
    "nothing is imported here: layers, tensors and plots are there without '\(module).'"
  }

  private static let modules: [String: Void] = Dictionary(
    uniqueKeysWithValues: [
      "np", "numpy", "torch", "nn", "F", "tf", "keras", "layers", "plt", "optim", "models", "math", "os",
      "sys", "random",
      "torchvision", "transforms", "jnp", "pd", "sns",
    ].map { ($0, ()) })

  private static let names: [String: String] = [
    "True": "write true", "False": "write false", "None": "write nil", "null": "write nil",
    "len": "write x.count",
    "range": "write 0..<n, or stride(from: to: by:)", "self": "there are no classes here",
    "str": "write String(x), or \"\\(x)\"", "int": "write Int(x)", "float": "write Double(x)",
    "list": "write Array(x)",
    "dict": "write [:] or [key: value]", "isinstance": "write x is Int", "type": "write typeName(x)",
    "enumerate": "write x.enumerated()", "assert": "write expect(condition)",
    "del": "nothing needs to be deleted",
    "println": "write print(x)", "printf": "write print(format(x, places: 2))", "console": "write print(x)",
    "fatalError": "write throw \"message\"", "precondition": "write expect(condition)",
    "Conv1D": "write Conv(filters, size)", "Conv2D": "write Conv(filters, size)",
    "Conv3D": "write Conv(filters, size)",
    "Conv1d": "write Conv(filters, size): the input's channels are inferred",
    "Conv2d": "write Conv(filters, size): the input's channels are inferred",
    "Conv3d": "write Conv(filters, size): the input's channels are inferred",
    "Conv2DTranspose": "write ConvTranspose(filters, size, stride: 2)",
    "ConvTranspose2d": "write ConvTranspose(filters, size, stride: 2)",
    "DepthwiseConv2D": "write Conv(filters, size, groups: channels)",
    "SeparableConv2D": "write Conv(c, size, groups: c), then Conv(filters, 1)",
    "MaxPooling2D": "write MaxPool(size)", "MaxPool2d": "write MaxPool(size)",
    "MaxPool2D": "write MaxPool(size)",
    "AveragePooling2D": "write AvgPool(size)", "AvgPool2d": "write AvgPool(size)",
    "GlobalAveragePooling2D": "write GlobalAvgPool()", "AdaptiveAvgPool2d": "write GlobalAvgPool()",
    "GlobalMaxPooling2D": "write GlobalMaxPool()",
    "BatchNormalization": "write BatchNorm()", "BatchNorm2d": "write BatchNorm()",
    "BatchNorm1d": "write BatchNorm()",
    "LayerNormalization": "write LayerNorm()", "Linear": "write Dense(n): the input's size is inferred",
    "FullyConnected": "write Dense(n)", "Activation": "write relu, or activation: .relu in the layer before",
    "ReLU": "write relu, or activation: .relu in the layer before", "LeakyReLU": "write leakyRelu(0.2)",
    "Softmax": "losses take logits: leave it out, or write softmax(x)", "Sigmoid": "write sigmoid",
    "Tanh": "write tanh",
    "Dropout2d": "write Dropout(rate)", "SpatialDropout2D": "write Dropout(rate)",
    "ImageDataGenerator": "write data.train.augmented(Augment(rotate: 10, shift: 0.1))",
    "DataLoader": "write data.train.batches(64)", "CrossEntropyLoss": "write loss: .crossEntropy",
    "BCELoss": "write bce(p, y)", "BCEWithLogitsLoss": "write loss: .bce on logits",
    "MSELoss": "write mse(a, b)",
    "Module": "write func block(_ x: Tensor) -> Tensor { … }, or Model(input:) { x in … }",
    "Input": "write Model(input: [c, h, w]) { x in … }", "Upsampling2D": "write Upsample(2)",
    "UpSampling2D": "write Upsample(2)",
    "ZeroPadding2D": "write Pad(n), or padding: n in the layer",
    "ModelCheckpoint": "write checkpoint: \"runs/x\" in fit",
    "EarlyStopping": "write stop: .early(patience: 3) in fit",
  ]

  private static let members: [String: String] = [
    "zeros": "write zeros(2, 3)", "ones": "write ones(2, 3)", "array": "write Tensor([…])",
    "tensor": "write Tensor([…])",
    "Tensor": "write Tensor([…])", "asarray": "write Tensor([…])", "arange": "write arange(0, 10)",
    "linspace": "write linspace(0, 1, count: 10)", "randn": "write randn(2, 3)", "rand": "write rand(2, 3)",
    "normal": "write randn(2, 3)", "uniform": "write rand(2, 3)", "randint": "write randint(0, 10)",
    "matmul": "write matmul(a, b)", "dot": "write matmul(a, b)", "mm": "write matmul(a, b)",
    "einsum": "write matmul(a, b)",
    "cat": "write concat(a, b)", "concatenate": "write concat(a, b)", "concat": "write concat(a, b)",
    "stack": "write stack(a, b)",
    "argmax": "write argmax(x, axis: 0)", "max": "write max(a, b) or x.max()", "sum": "write x.sum()",
    "mean": "write x.mean()",
    "reshape": "write x.reshaped(2, 3)", "transpose": "write x.transposed", "exp": "write exp(x)",
    "sqrt": "write sqrt(x)",
    "log": "write log(x)", "sin": "write sin(x)", "cos": "write cos(x)", "abs": "write abs(x)",
    "pi": "write Double.pi",
    "where": "write select(condition, a, b)", "clip": "write x.clamped(0, 1)",
    "clamp": "write x.clamped(0, 1)",
    "manual_seed": "write seed(42)", "seed": "write seed(42)", "no_grad": "write detach(x)",
    "save": "write model.save(\"x.safetensors\")",
    "load": "write load(\"x.safetensors\")", "imshow": "write show(x)", "plot": "write plot(x)",
    "show": "write show(x)",
    "figure": "write show(x)", "imread": "write readImage(\"x.png\")", "relu": "write relu(x)",
    "softmax": "write softmax(x)",
    "conv2d": "write convolve(x, kernel)", "max_pool2d": "write maxPool(x, 2)",
    "cross_entropy": "write crossEntropy(logits, labels)",
    "mse_loss": "write mse(a, b)", "Sequential": "write Sequential(input: [1, 28, 28]) { Conv(…); Dense(…) }",
    "Adam": "write Adam(net, lr: 1e-3)", "SGD": "write SGD(net, lr: 0.1)", "isclose": "write isClose(a, b)",
    "allclose": "write isClose(a, b)", "floor": "write floor(x)", "random": "write rand(2, 3)",
  ]

  private static let labelNames: [String: [String]] = [
    "strides": ["stride"], "kernel_size": ["kernel", "size"], "kernelSize": ["size"], "pad": ["padding"],
    "learning_rate": ["lr"], "learningRate": ["lr"], "batch_size": ["batch"], "batchSize": ["batch"],
    "units": ["count"], "axis": ["axis", "axes"], "dim": ["axis"], "axes": ["axis", "axes"],
    "keepdims": ["keepDims"],
    "keepdim": ["keepDims"], "use_bias": ["bias"], "input_shape": ["input"], "inputShape": ["input"],
    "validation_split": ["validation"], "callbacks": ["stop", "checkpoint"], "rotation_range": ["rotate"],
    "width_shift_range": ["shift"], "height_shift_range": ["shift"], "zoom_range": ["zoom"],
    "horizontal_flip": ["flip"],
    "fill_mode": ["fill"], "weight_decay": ["weightDecay"], "dilation_rate": ["dilation"],
    "num_classes": ["classes"],
    "by": ["by", "step"], "step": ["by", "step"], "tolerance": ["within"], "atol": ["within"],
    "decimals": ["places"],
    "digits": ["places"],
  ]

  private static let typeMembers: [String: String] = [
    "Array.length": "write count", "Array.size": "write count", "Array.push": "write append(x)",
    "Array.len": "write count",
    "Array.forEach": "write for x in xs { … }", "Array.shape": "make a Tensor([…]) of it first",
    "Array.each": "write for x in xs { … }", "String.length": "write count", "String.len": "write count",
    "String.format": "write format(x, places: 2)", "String.strip": "write trimmed",
    "String.upper": "write uppercased()",
    "String.lower": "write lowercased()", "Tensor.size": "write shape, or elementCount",
    "Tensor.T": "write transposed",
    "Tensor.ndim": "write rank", "Tensor.dtype": "write elementType", "Tensor.item": "write number",
    "Tensor.view": "write reshaped(…)", "Tensor.reshape": "write reshaped(…)",
    "Tensor.permute": "write transposed(…)",
    "Tensor.transpose": "write transposed", "Tensor.numpy": "it is a Tensor already",
    "Tensor.detach": "write detach(x)",
    "Tensor.squeeze": "write squeezed(axis: 0)", "Tensor.unsqueeze": "write expanded(axis: 0)",
    "Tensor.flatten": "write flattened()",
    "Tensor.backward": "write opt.minimize { loss }, or gradient(of: x) { … }",
    "Dictionary.items": "write for (key, value) in d { … }", "Dictionary.get": "write d[key] ?? other",
  ]
}
