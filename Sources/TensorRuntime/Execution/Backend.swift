/// A device that can run graphs. Its lowerings live in a target of their own, one file per family of operations.
package protocol Backend: AnyObject {
  /// What it is called: `CPU (oneDNN 2.6.3, AVX-512)`.
  var name: String { get }
  /// How many threads run one operation.
  var threads: Int { get set }
  /// How it computes in a precision.
  func support(for precision: Precision) -> PrecisionSupport
  /// Turns a program into something that runs; throws a ``TensorError`` that names an operation it can't do.
  func compile(_ program: Program) throws -> any Plan
  /// Gives back the memory plans work in, after one that needed much and won't run again.
  func releaseScratch()
  /// The same numbers in another layout, in memory of their own.
  func converted(_ buffer: Buffer, _ type: TensorType, to layout: Layout) throws -> Buffer
  /// The sum of the squares of each buffer's float32 numbers; not finite exactly where one of them is not.
  func sumsOfSquares(_ buffers: [Buffer]) throws -> [Double]
  /// Changes parameters by an optimizer's rule, all of them in one parallel pass; `step` counts from 1. The sums of the
  /// squares of their gradients, before any clipping: where one of these is not finite, nothing was changed.
  func update(_ updates: [ParameterUpdate], rule: UpdateRule, step: Int) throws -> [Double]
}

/// A compiled program.
package protocol Plan: AnyObject {
  /// Bytes its intermediate results take while it runs.
  var byteCount: Int { get }
  /// The layout each of the program's buffer arguments must have, in their order.
  var argumentLayouts: [Layout] { get }
  /// Where each of the program's gradients stands after a run, in the layout of its parameter.
  var gradientBuffers: [Buffer] { get }
  /// Runs it: reads arguments, writes row-major results. The token is looked at between primitives.
  func run(_ arguments: PlanArguments, results: [Buffer], cancellation: CancellationToken?) throws
  /// Runs it once and times every operation.
  func profile(_ arguments: PlanArguments, results: [Buffer]) throws -> [PlanTiming]
  /// The operations in the order they run, with layouts and bytes.
  func describe() -> String
}

/// What a plan is given when it runs, in the order of the program's arguments.
package struct PlanArguments {
  /// Tensors, in the layouts the plan asks for.
  package var buffers: [Buffer]
  /// Scalar constants.
  package var scalars: [Double]
  /// Random draws.
  package var randoms: [Philox]

  /// Makes a set of arguments.
  package init(buffers: [Buffer], scalars: [Double], randoms: [Philox]) {
    self.buffers = buffers
    self.scalars = scalars
    self.randoms = randoms
  }
}

/// How long one operation of a plan took.
package struct PlanTiming {
  /// What it does, with its layouts.
  package let operation: String
  /// Nanoseconds of one run.
  package let nanoseconds: UInt64
  /// Bytes it reads and writes.
  package let byteCount: Int

  /// Makes a timing.
  package init(operation: String, nanoseconds: UInt64, byteCount: Int) {
    self.operation = operation
    self.nanoseconds = nanoseconds
    self.byteCount = byteCount
  }
}

/// One parameter's part of an optimizer step: where its numbers are. Whoever asks for the step keeps the buffers.
package struct ParameterUpdate {
  /// How many numbers it has; all of the others hold equally many, in the same layout.
  package let count: Int
  /// The parameter's numbers, changed in place.
  package let value: UnsafeMutablePointer<Float>
  /// The gradient.
  package let gradient: UnsafePointer<Float>
  /// The rule's running numbers, changed in place: as many as it has, two at most.
  package let moments: (UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?)
  /// What the rule's rate is multiplied by.
  package let rateFactor: Float

  /// Makes a part of a step; throws a `TensorError` where the buffers differ in size.
  package init(
    value: borrowing Buffer, gradient: borrowing Buffer, moments: borrowing [Buffer], rateFactor: Float = 1
  ) throws {
    let byteCount = value.byteCount
    var (first, second): (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?)
    var isAlike = gradient.byteCount == byteCount
    for index in 0..<moments.count {
      isAlike = isAlike && moments[index].byteCount == byteCount
      if index == 0 { first = moments[index].pointer }
      if index == 1 { second = moments[index].pointer }
    }
    guard isAlike else {
      throw TensorError("optimizer", "a parameter, its gradient and its running numbers differ in size")
    }
    count = byteCount / MemoryLayout<Float>.size
    self.value = value.pointer.assumingMemoryBound(to: Float.self)
    self.gradient = UnsafePointer(gradient.pointer.assumingMemoryBound(to: Float.self))
    self.moments = (
      first?.assumingMemoryBound(to: Float.self), second?.assumingMemoryBound(to: Float.self)
    )
    self.rateFactor = rateFactor
  }
}
