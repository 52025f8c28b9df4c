import OneDNN
import TensorRuntime

/// A place for numbers in a plan: where it is, how they are arranged, when it is used.
final class Slot {
  /// Where the place comes from.
  enum Home {
    /// The arena, at an offset found when all uses are known.
    case arena
    /// One of the plan's buffer arguments.
    case argument(Int)
    /// One of the plan's results.
    case result(Int)
    /// Memory of the plan's own.
    case owned(Buffer)
    /// Part of another place.
    case part(of: Slot, byteOffset: Int)
  }
  /// How the numbers are arranged.
  let descriptor: MemoryDescriptor
  /// What one element is; numbers of float32 may be kept as bfloat16, which the descriptor tells.
  let elementType: ElementType
  /// Bytes it takes, padding included.
  let byteCount: Int
  /// Where it comes from.
  var home: Home
  /// Where it is in the current run.
  var pointer: UnsafeMutableRawPointer?
  /// Its place in the arena.
  var offset = 0
  /// The first and last step that touch it.
  var firstStep = Int.max
  var lastStep = -1
  private var memory: Memory?

  init(_ descriptor: MemoryDescriptor, _ elementType: ElementType, home: Home = .arena) {
    self.descriptor = descriptor
    self.elementType = elementType
    self.home = home
    byteCount = descriptor.byteCount
  }

  /// The place this is a part of, or itself.
  var root: Slot {
    var slot = self
    while case .part(let whole, _) = slot.home { slot = whole }
    return slot
  }

  /// How many elements stand there, padding included.
  var elementCount: Int { byteCount / max(1, descriptor.elementByteCount) }

  /// The library's handle on it.
  func libraryMemory(_ engine: Engine) throws -> Memory {
    if let memory { return memory }
    let made = try Memory(descriptor, engine: engine)
    memory = made
    return made
  }

  /// Points the library's handle, if there is one, at where the place is now.
  func bind() throws {
    if let memory, let pointer { try memory.bind(pointer) }
  }

  /// The numbers, as elements of a type; throws where the plan was not bound.
  func address<Element>(_ type: Element.Type) throws -> UnsafeMutablePointer<Element> {
    guard let pointer else { throw TensorError("plan", "a place was used before it was bound") }
    return pointer.assumingMemoryBound(to: type)
  }

  /// The elements as plans print them.
  var elementName: String { descriptor.isBFloat16 ? "bfloat16" : "\(elementType)" }

  /// Short, as plans print it.
  var layoutName: String { descriptor.isRowMajor ? "" : descriptor.layoutName }
}
