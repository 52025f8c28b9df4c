import TensorRuntime
import VectorKernels

extension UnaryFunction {
  /// The kernel's name of an activation; nil where there is none.
  var laneFunction: vk_op? {
    switch self {
    case .tanh: VK_TANH
    case .sigmoid: VK_SIGMOID
    case .relu: VK_RELU
    case .leakyRelu: VK_LEAKY_RELU
    case .elu: VK_ELU
    default: nil
    }
  }
}

extension BinaryFunction {
  /// The kernel's name of a function of two numbers; nil where there is none.
  var laneFunction: vk_op? {
    switch self {
    case .add: VK_ADD
    case .multiply: VK_MUL
    case .tanhGradient: VK_TANH_GRADIENT
    case .sigmoidGradient: VK_SIGMOID_GRADIENT
    case .reluGradient: VK_RELU_GRADIENT
    case .leakyReluGradient: VK_LEAKY_RELU_GRADIENT
    case .eluGradient: VK_ELU_GRADIENT
    default: nil
    }
  }

  /// Whether it carries a cotangent through an activation, from the activation's result.
  var isGradient: Bool {
    switch self {
    case .tanhGradient, .sigmoidGradient, .reluGradient, .leakyReluGradient, .eluGradient: true
    default: false
    }
  }
}
