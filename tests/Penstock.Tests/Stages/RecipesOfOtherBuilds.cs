using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Penstock.Stages.Crossing;
using Penstock.Tests.Support;

namespace Penstock.Tests.Stages;

/// <summary>A recipe is read by the same build only; assemblies are found where they were.</summary>
public class RecipesOfOtherBuilds
{
    [Fact]
    public Task Another_build_of_the_users_assembly_is_refused() => Refused(
        typeof(RecipesOfOtherBuilds).Module.ModuleVersionId.ToByteArray(), [.. new byte[16]], "Assembly 'Penstock.Tests, ", "00000000-0000-0000-0000-000000000000", "start the application again");

    [Fact]
    public Task Another_build_of_the_engine_is_refused() => Refused(
        typeof(Pipeline).Module.ModuleVersionId.ToByteArray(), [.. new byte[16]], "Assembly 'Penstock, ", "start the application again");

    [Fact]
    public Task A_method_that_was_added_while_the_application_ran_is_refused() => Refused(
        BitConverter.GetBytes(new Func<IEnumerable<int>, IEnumerable<int>>(Pass).Method.MetadataToken),
        BitConverter.GetBytes(0x06FFFFFF),
        "The method Penstock.Tests.Stages.RecipesOfOtherBuilds.Pass is not in the file of assembly 'Penstock.Tests'");

    [Fact]
    public Task A_type_that_was_added_while_the_application_ran_is_refused() => Refused(
        "OtherBuilds"u8.ToArray(), "OtherBolds!"u8.ToArray(), "The type Penstock.Tests.Stages.RecipesOfOtherBolds! is not in the file of assembly 'Penstock.Tests'");

    [Fact]
    public Task Another_layout_is_refused() => Within.Time(() =>
    {
        var bytes = Crossing.BytesOf(Pipeline.From([1]).Then(Pass).Last);
        bytes[0] = 99;
        var refused = Assert.Throws<InvalidOperationException>(() => Crossing.Read(bytes));
        Assert.Contains("layout 99", refused.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task An_assembly_that_is_not_loaded_is_loaded_from_where_it_was() => Within.Time(() =>
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.dll");
        var assembly = RunTime.Compile("Penstock.NotLoaded");
        File.WriteAllBytes(file, assembly.ToArray());
        try
        {
            using var written = new MemoryStream();
            using var writer = new BinaryWriter(written);
            writer.Write((byte)TypeForm.Named);
            writer.Write(0);
            writer.Write("Penstock.NotLoaded, Version=0.0.0.0, Culture=neutral, PublicKeyToken=null");
            writer.Write(file);
            writer.Write(VersionOf(assembly).ToByteArray());
            writer.Write("Stages");
            written.Position = 0;

            using var reader = new BinaryReader(written);
            var type = new IdentityReader(reader).ReadType();
            Assert.Equal(("Stages", file), (type.FullName, type.Assembly.Location));
        }
        finally
        {
            File.Delete(file);
        }
    });

    private static Guid VersionOf(Stream assembly)
    {
        using var file = new PEReader(assembly);
        var metadata = file.GetMetadataReader();
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
    }

    private static Task Refused(byte[] original, byte[] replaced, params string[] complaints) => Within.Time(() =>
    {
        var bytes = Crossing.BytesOf(Pipeline.From([1]).Then(Pass).Last);
        var place = bytes.AsSpan().IndexOf(original);
        Assert.True(place >= 0);
        replaced.CopyTo(bytes, place);
        var refused = Assert.Throws<InvalidOperationException>(() => Crossing.Read(bytes));
        Assert.All(complaints, complaint => Assert.Contains(complaint, refused.Message, StringComparison.Ordinal));
    });

    private static IEnumerable<int> Pass(IEnumerable<int> items) => items;
}
