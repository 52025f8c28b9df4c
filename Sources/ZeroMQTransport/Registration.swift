import CZeroMQ
import Foundation
import JSON
import JupyterKernel

/// Tells the launcher which ports the kernel chose (protocol 5.6) and waits for its signed answer.
func register(
  kernelID: String, at address: String, _ info: ConnectionInfo, signer: MessageSigner, context: ZeroMQContext
) throws {
  let socket = try ZeroMQSocket(context, ZMQ_DEALER)
  defer { socket.close() }
  try socket.set(ZMQ_LINGER, 1_000)
  try socket.set(ZMQ_RCVTIMEO, 5_000)
  try socket.connect(address)
  var content: JSONObject = ["kernel_id": .string(kernelID)]
  for name in ConnectionInfo.sockets { content["\(name)_port"] = .integer(info.ports[name] ?? 0) }
  let body = JSONValue.object(content).serializedBytes()
  let delimiter = Array("<IDS|MSG>".utf8)
  _ = socket.send([delimiter, signer.sign([body]), body], waiting: true)
  guard let frames = socket.receive(waiting: true) else {
    throw ConnectionError("the launcher at \(address) didn't answer the registration within 5 seconds")
  }
  guard let mark = frames.firstIndex(of: delimiter), frames.count > mark + 2,
    signer.verify(frames[mark + 1], of: frames[(mark + 2)..<(mark + 3)])
  else { throw ConnectionError("the launcher's answer to the registration isn't signed with the key") }
}
