using System.Reflection;
using Penstock.Buffers;

namespace Penstock.Serialization;

/// <summary>Types whose values mean something in this process only.</summary>
internal static class Uncrossable
{
    private const string HandleCure = "Give the stage what the handle stands for";
    private const string BytesCure = "Give the stage the bytes, or the path to them";
    private const string TokenCure = "Let the stage's function take a CancellationToken itself";

    private static readonly (Type Type, string Kind, string Cure)[] Families =
    [
        (typeof(IBuffer), "a buffer inside something else", "Yield the buffer by itself, or use an array or a Memory here, which is copied"),
        (typeof(Delegate), "a delegate", "Give the stage a value that says what to do"),
        (typeof(Stream), "a stream", BytesCure),
        (typeof(TextReader), "a reader", BytesCure),
        (typeof(TextWriter), "a writer", BytesCure),
        (typeof(Task), "a task", "Wait for it before you hand its result on"),
        (typeof(ValueTask), "a task", "Wait for it before you hand its result on"),
        (typeof(System.Runtime.InteropServices.SafeHandle), "a handle", HandleCure),
        (typeof(System.Runtime.InteropServices.CriticalHandle), "a handle", HandleCure),
        (typeof(nint), "an address or a handle", HandleCure),
        (typeof(nuint), "an address or a handle", HandleCure),
        (typeof(CancellationToken), "a token of this process", TokenCure),
        (typeof(CancellationTokenSource), "a token of this process", TokenCure),
        (typeof(CancellationTokenRegistration), "a token of this process", TokenCure),
        (typeof(WaitHandle), "an object to wait for", "Give the stage the data that it would wait for"),
        (typeof(Thread), "a thread", "Give the stage the data that it needs"),
        (typeof(MemberInfo), "a piece of code", "Give the stage its name"),
        (typeof(Assembly), "a piece of code", "Give the stage its name"),
        (typeof(Module), "a piece of code", "Give the stage its name"),
        (typeof(ParameterInfo), "a piece of code", "Give the stage its name"),
    ];

    public static Complaint? Find(Type type, string path)
    {
        if (type == typeof(object))
            return Complaint.About(type, path, "any object", "Declare the type that it has");
        if (type.IsPointer || type.IsFunctionPointer || type.IsByRef)
            return new Complaint(path, "is a pointer", HandleCure);
        var plain = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>) ? typeof(ValueTask) : type;
        foreach (var (family, kind, cure) in Families)
        {
            if (family.IsAssignableFrom(plain))
                return Complaint.About(type, path, kind, cure);
        }

        return null;
    }
}
