namespace Penstock.Stages.Crossing;

/// <summary>Takes values, such as a stage's argument, to another process: where the recipe is written and read, in the same order.</summary>
internal interface IValueCodec
{
    /// <param name="type">The declared type.</param>
    /// <param name="value">The value.</param>
    void Write(Type type, object? value);

    /// <param name="type">The declared type, the same as when the value was written.</param>
    object? Read(Type type);
}
