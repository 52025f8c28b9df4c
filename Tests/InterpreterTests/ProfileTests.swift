import Interpreter
import Testing

@Suite struct ProfileTests {
  private let network = """
    let net = Sequential(input: [3, 16, 16]) {
      Conv(16, 3, padding: 1); BatchNorm(); relu; MaxPool(2); Flatten(); Dense(4)
    }

    """

  @Test func aProfileListsTheStepsOfAPlanAndChartsThem() {
    let inference = Session().output(of: network + "net.profile(batch: 4)")
    #expect(inference.contains("inference of 4 samples"))
    #expect(inference.contains("convolution+scale+relu") && inference.contains("float32[4,3,16,16]"))
    #expect(inference.contains("ms by kind of step"))
    let training = Session().output(of: network + "net.profile(batch: 4, training: true)")
    #expect(training.contains("forward and backward of 4 samples"))
    #expect(training.contains("convolutionWeightGradient"))
  }

  @Test func networksOfFewChannelsAreListedByOperation() {
    let lenet = """
      let net = Sequential(input: [1, 28, 28]) {
        Conv(6, 5, padding: 2, activation: .tanh); AvgPool(2); Conv(16, 5, activation: .tanh); Flatten(); Dense(10)
      }

      """
    let inference = Session().output(of: lenet + "net.profile(batch: 64)")
    for step in ["convolution+tanh", "averagePool", "dense"] { #expect(inference.contains(step)) }
    let training = Session().output(of: lenet + "net.profile(batch: 64, training: true)")
    for step in [
      "convolution+tanh", "convolutionWeightGradient", "convolutionInputGradient", "denseWeightGradient",
    ] {
      #expect(training.contains(step), "\(training)")
    }
  }

  @Test func aProfileChangesNoParameter() {
    let sum = "print(net(ones(1, 3, 16, 16)).sum())\n"
    let lines = Session().output(of: network + sum + "net.profile(training: true)\n" + sum)
      .split(separator: "\n")
    #expect(lines.first == lines.last)
  }

  @Test func aProfileWantsABatch() {
    let error = Session().failure(of: network + "net.profile(batch: 0)")
    #expect("\(String(describing: error))".contains("batch of 1 to 65536"))
  }
}
