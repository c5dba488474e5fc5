namespace Penstock.Stages.Crossing;

/// <summary>How a type is written: by name, or as what it is built from.</summary>
internal enum TypeForm : byte
{
    Named,
    Generic,
    Array,
    Pointer,
}
