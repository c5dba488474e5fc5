using System.Collections;
using System.Collections.ObjectModel;

namespace Penstock.Serialization;

/// <summary>Takes down what crosses of an exception and its causes. Any of its getters may throw.</summary>
internal sealed class ExceptionTaking
{
    // Chains of causes can be cyclic, and aggregates can hold the same exception many times.
    private const int MostRecords = 200;
    private const int LongestChain = 50;

    private readonly HashSet<Exception> above = new(ReferenceEqualityComparer.Instance);
    private int records;

    public ExceptionRecord Take(Exception exception)
    {
        records++;
        var type = exception.GetType();
        var lost = new List<string>();
        return new ExceptionRecord
        {
            TypeName = type.Assembly.IsDynamic ? "" : type.AssemblyQualifiedName ?? "",
            FullName = type.FullName ?? type.Name,
            Message = Attempt(() => exception.Message) ?? $"An exception of type {type} whose message could not be read.",
            OwnMessage = Attempt(() => ExceptionFields.Message(exception)),
            StackTrace = Attempt(() => exception.StackTrace),
            Source = Attempt(() => exception.Source),
            HelpLink = Attempt(() => exception.HelpLink),
            HResult = exception.HResult,
            Causes = TakeCauses(exception, lost),
            Fields = TakeFields(exception, lost),
            Data = TakeData(exception, lost),
            Lost = lost,
        };
    }

    private List<ExceptionRecord> TakeCauses(Exception exception, List<string> lost)
    {
        var causes = new List<ExceptionRecord>();
        above.Add(exception);
        foreach (var cause in CausesOf(exception))
        {
            if (above.Contains(cause) || above.Count > LongestChain || records >= MostRecords)
                lost.Add($"a cause, {cause.GetType().Name}");
            else
                causes.Add(Take(cause));
        }

        above.Remove(exception);
        return causes;
    }

    private static ReadOnlyCollection<Exception> CausesOf(Exception exception) =>
        exception is AggregateException aggregate ? aggregate.InnerExceptions
        : exception.InnerException is { } inner ? new([inner])
        : ReadOnlyCollection<Exception>.Empty;

    private static List<NamedValue> TakeFields(Exception exception, List<string> lost)
    {
        var fields = new List<NamedValue>();
        foreach (var (level, field) in ExceptionFields.Of(exception.GetType()))
        {
            // It is null already when the exception is made anew.
            if (Attempt(() => field.GetValue(exception)) is not { } value)
                continue;
            if (NamedValue.TryTake(field.Name, level, field.FieldType, value) is { } taken)
                fields.Add(taken);
            else
                lost.Add(StateFields.NameOf(field));
        }

        return fields;
    }

    private static List<NamedValue> TakeData(Exception exception, List<string> lost)
    {
        var data = new List<NamedValue>();
        if (Attempt(() => exception.Data.Cast<DictionaryEntry>().ToList()) is not { } entries)
        {
            lost.Add(nameof(Exception.Data));
            return data;
        }

        foreach (var (key, value) in entries)
        {
            var name = key as string ?? Attempt(key.ToString) ?? key.GetType().Name;
            var taken = NamedValue.TryTake(name, 0, value?.GetType() ?? typeof(object), value);
            if (taken is null || key is not string)
                lost.Add($"Data[{name}]");
            taken ??= NamedValue.TryTake(name, 0, typeof(string), Attempt(() => value?.ToString()));
            if (taken is not null) // where memory has run out, not even a text may cross
                data.Add(taken);
        }

        return data;
    }

    private static T? Attempt<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception)
        {
            return null;
        }
    }
}
