import TensorRuntime
import VectorKernels

/// Zeros around an image, for filters that reach over its edge.
struct LaneBorder: Hashable {
  var top = 0
  var bottom = 0
  var left = 0
  var right = 0

  /// Enough for both.
  func union(_ other: LaneBorder) -> LaneBorder {
    LaneBorder(
      top: max(top, other.top), bottom: max(bottom, other.bottom), left: max(left, other.left),
      right: max(right, other.right))
  }

  /// Whether there is none.
  var isEmpty: Bool { self == LaneBorder() }
}

/// How a value of a block of images is arranged: channels, rows, columns, images; zeros around each channel.
struct LaneShape {
  /// The images of a block.
  let images: Int
  let channels: Int
  let height: Int
  let width: Int
  let border: LaneBorder

  init(images: Int, channels: Int, height: Int, width: Int, border: LaneBorder = LaneBorder()) {
    self.images = images
    self.channels = channels
    self.height = height
    self.width = width
    self.border = border
  }

  /// The arrangement of `[N, C, H, W]` or `[N, C]` in blocks of so many images.
  init(_ shape: Shape, images: Int, border: LaneBorder = LaneBorder()) {
    self.init(images: images, channels: shape[1], height: shape[2], width: shape[3], border: border)
  }

  /// The same without zeros around it.
  var withoutBorder: LaneShape {
    LaneShape(images: images, channels: channels, height: height, width: width)
  }

  private var rowLength: Int { border.left + width + border.right }
  private var planeLength: Int { (border.top + height + border.bottom) * rowLength }

  /// Floats of one block.
  var count: Int { channels * planeLength * images }
  /// Distances of neighbours, in floats.
  var steps: vk_lane_steps {
    vk_lane_steps(
      channel: Int64(planeLength * images), row: Int64(rowLength * images), column: Int64(images))
  }
  /// Where an element of the first channel stands; the border has negative places.
  func offset(row: Int, column: Int) -> Int {
    ((border.top + row) * rowLength + border.left + column) * images
  }
  /// Where rows with numbers begin and end, in floats from the beginning of a row; rows outside are zeros.
  func rows(from row: Int) -> (Int64, Int64) {
    (Int64(-row) * steps.row, Int64(height - row) * steps.row)
  }
  /// The same for columns, from the beginning of a column.
  func columns(from column: Int) -> (Int64, Int64) {
    (Int64(-column) * steps.column, Int64(width - column) * steps.column)
  }
  /// Whether the elements stand side by side, so that channels, rows and columns can be read as one axis.
  var isCompact: Bool { border.isEmpty }
  /// Whether there are more zeros around it than elements.
  var isMostlyBorder: Bool { planeLength > 2 * height * width }
  /// Elements of one image.
  var features: Int { channels * height * width }
}

/// A value in lanes: where it is and how it is arranged.
struct LaneValue {
  /// Which of the region's memories.
  let memory: Int
  let shape: LaneShape

  /// An element's place.
  func place(row: Int = 0, column: Int = 0) -> vk_lane_place {
    vk_lane_place(slot: Int64(memory), offset: Int64(shape.offset(row: row, column: column)))
  }
}

/// How the rows (or columns) of a convolution's input gradient that are `phase` modulo the stride are computed: as a
/// convolution with those filter elements that meet them.
struct GradientPhase {
  /// How many rows there are.
  let count: Int
  /// The first filter element, the distance of elements and how many there are.
  let firstTap: Int
  let tapStep: Int
  let taps: Int
  /// The row of the cotangent for the first row and first element, and its step per element.
  let start: Int
  let startStep: Int

  init(phase: Int, length: Int, kernel: Int, stride: Int, dilation: Int, before: Int) {
    count = phase < length ? (length - phase + stride - 1) / stride : 0
    // Row i of the input meets row (i + before − k·dilation) / stride of the output where that is whole.
    let meeting = (0..<kernel).filter { (phase + before - $0 * dilation) % stride == 0 }
    taps = meeting.count
    firstTap = meeting.first ?? 0
    tapStep = meeting.count > 1 ? meeting[1] - meeting[0] : 1
    start = (phase + before - firstTap * dilation) / stride
    startStep = -(tapStep * dilation / stride)
  }

  /// How far the cotangent is read before its first and behind its last of `length` rows.
  func reach(beyond length: Int) -> (before: Int, after: Int) {
    guard taps > 0, count > 0 else { return (0, 0) }
    let lowest = start + (taps - 1) * startStep
    let highest = start + count - 1
    return (max(0, -lowest), max(0, highest - (length - 1)))
  }
}
