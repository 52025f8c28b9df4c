import Foundation
import JupyterKernel

/// A kernel over ZeroMQ as a whole process: bind, serve, end.
package enum KernelProcess {
  /// How long an orderly end may take, in seconds.
  private static let endLimit = 2.0

  /// Serves the connection file at `path` until told to end; never returns. Throws when the sockets can't be had.
  package static func run(
    connectionFile path: String, settings: KernelSettings, evaluator: @escaping @Sendable () -> any Evaluator
  ) throws -> Never {
    ProcessWatch.blockSignals()
    let file = try ConnectionFile.read(path)
    let context = try ZeroMQContext()
    let sockets: KernelSockets
    let signer: MessageSigner
    switch file {
    case .bind(let info):
      signer = try MessageSigner(key: info.key, scheme: info.signatureScheme)
      sockets = try KernelSockets(info, context: context)
    case .register(let id, let address, let info):
      signer = try MessageSigner(key: info.key, scheme: info.signatureScheme)
      sockets = try KernelSockets(info, context: context)
      try ConnectionFile.write(sockets.info, to: ConnectionFile.runtimePath(kernelID: id))
      try register(kernelID: id, at: address, sockets.info, signer: signer, context: context)
    }
    let capture = NativeCapture()
    let kernel = Kernel(
      settings: settings, signer: signer, capture: capture, log: KernelLog(descriptor: capture?.log ?? 2),
      evaluator: evaluator)
    let loop = try SocketLoop(sockets, kernel)
    ProcessWatch.start(
      onInterrupt: { kernel.interrupt() },
      onEnd: {
        limitEnd()
        kernel.stop()
        kernel.outbox.wakeSender()
      })
    kernel.start()
    loop.run()
    limitEnd()
    sockets.close()
    context.terminate()
    ProcessWatch.endNow(status: 0)
  }

  /// Sees to it that the process ends even if something holds it up.
  private static func limitEnd() {
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: endLimit)
      ProcessWatch.endNow(status: 0)
    }
  }
}
