import Foundation

/// Runs work on a thread with a stack deep enough for recursion in the language.
package enum EvaluationThread {
  /// How much stack the thread asks for, in bytes; only what is used becomes memory.
  package static let stackSize = 512 << 20

  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Runs `body` on such a thread and waits for it. A system that grants no thread gets it on this one.
  package static func run<Value>(_ body: @escaping () -> Value) -> Value {
    var value: Value?
    let work = Work { value = body() }
    if let thread = start(work) { pthread_join(thread, nil) }
    return value ?? body()
  }

  private static func start(_ work: Work) -> pthread_t? {
    var size = stackSize
    // A limit on address space may refuse the first sizes.
    while size >= 8 << 20 {
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setstacksize(&attributes, size)
      defer { pthread_attr_destroy(&attributes) }
      var thread = pthread_t()
      let box = Unmanaged.passRetained(work)
      let status = pthread_create(
        &thread, &attributes,
        { argument in
          if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
          return nil
        }, box.toOpaque())
      if status == 0 { return thread }
      box.release()
      size /= 2
    }
    return nil
  }
}
