extension Library.Family {
  /// Layers, networks and what stands between them.
  static let networks = Library.Family(
    "Layers and models", functions: LayerBuiltins.all + MoreLayerBuiltins.all + ModelBuiltins.all,
    types: [LayerObject.declaration, ModelObject.declaration], isPure: true, except: ["load"])

  /// Training and measuring.
  static let training = Library.Family(
    "Training", functions: OptimizationBuiltins.all + LossBuiltins.all + SavedState.functions,
    types: [
      OptimizerObject.declaration, VariableObject.declaration, RunObject.declaration,
      EvaluationObject.declaration,
    ], isPure: true, except: Set((OptimizationBuiltins.all + SavedState.functions).map(\.name)))

  /// Networks that learn against each other.
  static let adversarial = Library.Family(
    "Adversaries", functions: AdversarialBuiltins.all,
    types: [GANObject.declaration, GANRunObject.declaration])

  /// Class numbers of pixels: measuring, measuring by hand, finding things in them.
  static let segmentation = Library.Family(
    "Segmentation",
    functions: MaskSetBuiltins.all + SegmentationModelBuiltins.all + SegmentationBuiltins.all
      + RegionBuiltins.all,
    types: [ConfusionMatrixObject.declaration, RegionsObject.declaration])

  /// Data sets.
  static let data = Library.Family(
    "Data",
    functions: DataBuiltins.all + ImageSetBuiltins.all + ArrayBuiltins.all
      + GeneratedBuiltins.all + [AugmentObject.builtin, TestTimeCrops.builtin],
    types: [
      DatasetObject.declaration, SamplesObject.declaration, SampleObject.declaration,
      ImagesObject.declaration,
      BatchesObject.declaration, AugmentObject.declaration,
    ])

  /// Figures.
  static let figures = Library.Family(
    "Figures",
    functions: FigureBuiltins.all + ChartBuiltins.all + ExportBuiltins.all + LiveBuiltins.all,
    types: [FigureObject.declaration, CurveObject.declaration])
}
