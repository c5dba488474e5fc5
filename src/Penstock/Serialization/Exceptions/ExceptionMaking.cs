using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Penstock.Serialization;

/// <summary>Makes an exception anew from what crossed of it.</summary>
internal static class ExceptionMaking
{
    public static Exception Make(ExceptionRecord record)
    {
        var lost = record.Lost.ToList();
        var exception = TryMakeItself(record, lost) ?? new RemoteException(record.Message) { TypeName = record.FullName };

        // What user code may override may throw.
        Attempt(() => exception.HResult = record.HResult);
        Attempt(() => exception.Source = record.Source);
        Attempt(() => exception.HelpLink = record.HelpLink);
        if (!Attempt(() => SetCauses(exception, record.Causes)))
            lost.Add("its causes");
        foreach (var entry in record.Data)
        {
            if (!Attempt(() => exception.Data[entry.Name] = entry.Make()))
                lost.Add($"Data[{entry.Name}]");
        }

        Attempt(() => NoteWhatDiffers(exception, record, lost));
        if (record.StackTrace is { } stackTrace)
            Attempt(() => ExceptionDispatchInfo.SetRemoteStackTrace(exception, stackTrace));
        return exception;
    }

    /// <summary>Without a constructor: no one fits all types, and what a constructor does was done in the other process.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = Reflection.Intrinsic)]
    private static Exception? TryMakeItself(ExceptionRecord record, List<string> lost)
    {
        try
        {
            if (TypeNames.Resolve(record.TypeName) is not { IsAbstract: false } type || !typeof(Exception).IsAssignableFrom(type))
                return null;
            var exception = (Exception)RuntimeHelpers.GetUninitializedObject(type);
#pragma warning disable CA1816 // A finalizer would clean up what this object never had.
            GC.SuppressFinalize(exception);
#pragma warning restore CA1816
            ExceptionFields.Message(exception) = record.OwnMessage;
            if (exception is AggregateException aggregate)
                ExceptionFields.Inners(aggregate) = [];
            SetFields(exception, record.Fields, lost);
            return exception;
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static void SetFields(Exception exception, IReadOnlyList<NamedValue> values, List<string> lost)
    {
        var fields = ExceptionFields.Of(exception.GetType()).ToLookup(f => (f.Level, f.Field.Name), f => f.Field);
        foreach (var value in values)
        {
            if (!Attempt(() => fields[(value.Level, value.Name)].Single().SetValue(exception, value.Make())))
                lost.Add(StateFields.NameOf(value.Name));
        }
    }

    private static void SetCauses(Exception exception, IReadOnlyList<ExceptionRecord> records)
    {
        if (records.Count == 0)
            return;
        var causes = records.Select(Make).ToArray();
        ExceptionFields.Inner(exception) = causes[0];
        if (exception is AggregateException aggregate)
            ExceptionFields.Inners(aggregate) = causes;
    }

    private static void NoteWhatDiffers(Exception exception, ExceptionRecord record, List<string> lost)
    {
        if (lost.Count > 0)
            exception.Data[ExceptionCodec.LostKey] = string.Join(", ", lost.Prepend(exception.Data[ExceptionCodec.LostKey] as string).OfType<string>());
        string? message = null;
        Attempt(() => message = exception.Message); // which may be made of what did not cross
        if (!string.Equals(message, record.Message, StringComparison.Ordinal))
            exception.Data[ExceptionCodec.MessageKey] ??= record.Message;
    }

    private static bool Attempt(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }
}
