import Datasets
import TensorRuntime

/// Data drawn on the spot that is no set of pictures: clouds of points, films.
enum GeneratedBuiltins {
  static let all: [Builtin] = [blobs, movingDigits]

  private static let blobs = Builtin(
    "Blobs", "Points in clouds around random middles, for networks that look at numbers.",
    [
      .labelled("count", .int, "how many points", default: .int(1000)),
      .labelled("classes", .int, "how many clouds", default: .int(3)),
      .labelled("features", .int, "numbers in a point", default: .int(2)),
      .labelled("spread", .number, "a cloud's deviation", default: .double(1)),
    ], returns: .unknown, shapes: "(points: [n, features], labels: [n])",
    example: "let (points, labels) = Blobs(count: 6); print(points.shape, labels)"
  ) { call in
    let (count, features) = (try call.int("count"), try call.int("features"))
    let (points, labels) = try Blobs.points(
      count: count, classes: try call.int("classes"), features: features,
      spread: Float(try call.number("spread")), random: call.context.random.draw(for: .data))
    return .tuple(
      ("points", .tensor(try Tensor(points, [count, features]))),
      ("labels", .tensor(try Tensor(labels, [count]))))
  }

  private static let movingDigits = Builtin(
    "MovingDigits",
    "Films of digits that move in straight lines and bounce off the edges, the frames in place of channels.",
    [
      .labelled("count", .int, "how many films", default: .int(100)),
      .labelled("frames", .int, "pictures in a film", default: .int(20)),
      .labelled("size", .int, "pixels along a side", default: .int(64)),
      .labelled("digits", .int, "how many digits move", default: .int(2)),
    ], returns: .host("Samples"), shapes: "images [frames, size, size], labels 0 to 9: the first digit",
    example: "MovingDigits(count: 2, frames: 4)[0].image.shape"
  ) { call in
    var films = MovingDigits()
    (films.count, films.frames) = (try call.int("count"), try call.int("frames"))
    (films.size, films.digits) = (try call.int("size"), try call.int("digits"))
    return .host(SamplesObject(try films.films(random: call.context.random.draw(for: .data))))
  }
}
