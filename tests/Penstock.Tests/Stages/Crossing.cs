using Penstock.Stages;
using Penstock.Stages.Crossing;

namespace Penstock.Tests.Stages;

/// <summary>Takes the last stage of a pipeline through bytes, as it goes to another process.</summary>
internal static class Crossing
{
    /// <summary>The same pipeline, its last stage made from its recipe's bytes.</summary>
    public static Pipeline<T> Cross<T>(this Pipeline<T> pipeline) => Crossed(pipeline, BytesOf(pipeline.Last));

    public static Pipeline<T> Crossed<T>(Pipeline<T> pipeline, byte[] bytes) =>
        new((Stage<T>)Read(bytes).Accept(new Replacing(pipeline.Last)));

    public static byte[] BytesOf(Stage stage)
    {
        IsolationChecks.Require(stage);
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        stage.Body.Recipe!.Write(writer, new JsonCodec(writer, reader: null));
        return bytes.ToArray();
    }

    public static Body Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var body = Recipe.Read(reader, new JsonCodec(writer: null, reader));
        Assert.Equal(bytes.Length, reader.BaseStream.Position);
        return body;
    }

    private sealed class Replacing(Stage stage) : IBodyVisitor<Stage>
    {
        public Stage Visit<TIn, TOut>(Body<TIn, TOut> body)
        {
            Assert.NotSame(stage.Body, body);
            Assert.Equal(stage.Body.Function?.Method, body.Function?.Method);
            return new Stage<TIn, TOut>(stage.Kind, stage.Name, body, stage.Options, (Stage<TIn>?)stage.Previous);
        }
    }
}
