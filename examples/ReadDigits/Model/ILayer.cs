namespace ReadDigits.Model;

/// <summary>A step of the network. It owns the memory of its output, which the next call overwrites.</summary>
internal partial interface ILayer
{
    IReadOnlyList<Parameter> Parameters { get; }

    FeatureMap Output { get; }

    void Forward(FeatureMap input);
}
