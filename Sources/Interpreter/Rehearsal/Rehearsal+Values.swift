import NeuralNetwork
import Syntax
import TensorRuntime

extension Value {
  /// The value as a rehearsal may use it: tensors only with their shapes, networks only where their shapes stand fast.
  var forRehearsal: Value? {
    switch self {
    case .bool, .int, .double, .string, .range, .nothing: self
    case .tensor(let tensor): .tensor(Tensor.placeholder(tensor.shape, tensor.elementType))
    case .array(let array):
      array.elements.count <= 64 && array.elements.allSatisfy(\.isPlain)
        ? .array(of: array.elements) : nil
    case .tuple(let tuple): tuple.elements.allSatisfy(\.isPlain) ? self : nil
    case .host(let set as DatasetObject):
      .host(RehearsedSamples(ImageTrainingData(samples: set.dataset.train)))
    case .host(let part as SamplesObject): .host(RehearsedSamples(ImageTrainingData(samples: part.samples)))
    case .host(let sample as SampleObject): .host(RehearsedSample(Shape(sample.samples.shape)))
    case .host(let object): Value.hasFixedShapes(object) ? self : nil
    case .void, .dictionary, .function, .builtin, .option: nil
    }
  }

  private var isPlain: Bool {
    switch self {
    case .bool, .int, .double, .string, .range: true
    default: false
    }
  }

  /// Whether nothing that runs can change what is known of it.
  var isSettled: Bool {
    switch self {
    case .bool, .int, .double, .string, .range, .tensor, .nothing, .option, .builtin: true
    case .host(let object): Value.hasFixedShapes(object)
    case .array(let array): array.elements.allSatisfy(\.isSettled)
    case .tuple(let tuple): tuple.elements.allSatisfy(\.isSettled)
    case .void, .dictionary, .function: false
    }
  }

  private static func hasFixedShapes(_ object: any HostObject) -> Bool {
    switch object {
    case let model as ModelObject: model.network.trace != nil
    case let layer as LayerObject: !layer.layer.parameters.isEmpty
    case is RehearsedSamples, is RehearsedSample: true
    default: false
    }
  }
}

extension Rehearsal {
  /// A value as one of a written type, made to fit as it is when the program runs.
  func fitting(_ value: Value, _ type: TypeName?) throws -> Value {
    guard let type else { return value }
    guard let check = TypeCheck(type, library) else { throw Unknowable() }
    let converted = check.converted(value)
    guard try check.accepts(converted) else { throw Unknowable() }
    return converted
  }
}

extension NameScan {
  /// Every name that stands somewhere in a statement.
  static func names(in statement: Statement) -> Set<String> {
    var names: Set<String> = []
    var waiting: [TreePart] = [.statement(statement)]
    while let part = waiting.popLast() {
      switch part {
      case .expression(let expression):
        if case .name(let name) = expression.kind { names.insert(name) }
        waiting += expression.parts
      case .statement(let statement): waiting += statement.parts
      }
    }
    return names
  }
}
