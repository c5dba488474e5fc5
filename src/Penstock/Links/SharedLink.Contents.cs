using Penstock.Serialization;

namespace Penstock.Links;

// What lies in a slot: how an item gets in and out, small or large, and what it descends from.
internal sealed unsafe partial class SharedLink<T>
{
    // By worker: each writes and reads on a thread of its own.
    private readonly Encoder?[] encoders;
    private readonly ItemCodec<T>?[] decoders;
    private readonly IItemSerializer? serializer;

    public override byte* RoomFor(int slot, int bytes)
    {
        if (bytes <= layout.SmallRoom)
            return SmallRoomOf(slot);
        var header = HeaderOf(slot);
        header->Touched = Math.Max(header->Touched, bytes);
        ReserveLargeRoom(slot, bytes);
        return start + layout.LargeRoomOf(slot);
    }

    private SlotHeader* HeaderOf(int slot) => (SlotHeader*)(start + layout.SlotOf(slot));

    private byte* SmallRoomOf(int slot) => start + layout.SlotOf(slot) + SlotHeader.Size;

    private void Mark(int slot, Lineage? lineage)
    {
        HeaderOf(slot)->Part = lineage?.Position ?? 0;
        HeaderOf(slot)->Trace = lineage?.Trace ?? default;
        Volatile.Write(ref families[slot], lineage is null ? NoFamily : lineage.Family + 1);
    }

    private void Write(int slot, T item)
    {
        var header = HeaderOf(slot);
        header->IsLarge = false;
        if (fixedSize is { } length)
        {
            ItemCodec<T>.WriteFixed(ref *SmallRoomOf(slot), item);
            header->Length = length;
        }
        else
        {
            Encode(slot, item, header);
        }
    }

    private void Encode(int slot, T item, SlotHeader* header)
    {
        var encoder = encoders[Volatile.Read(ref owners[slot]) & WorkerMask] ??= new Encoder(ItemCodec.For<T>(serializer), new SlotRoom(layout.SmallRoom, OpenLargeRoom));
        var touched = header->Touched;
        encoder.Room.Begin(slot, SmallRoomOf(slot), start + layout.LargeRoomOf(slot));
        header->IsNull = item is null && serializer is null;
        if (!header->IsNull)
            encoder.Codec.Write(encoder.Room, item);
        header->Length = encoder.Room.Position;
        header->IsLarge = encoder.Room.IsLarge;
        if (header->IsLarge)
            header->Touched = Math.Max(touched, header->Length);
    }

    // Until all is written nobody knows how much it will be.
    private long OpenLargeRoom(int slot, long bytes)
    {
        HeaderOf(slot)->Touched = SharedLinkLayout.LargeRoom;
        return ReserveLargeRoom(slot, bytes);
    }

    private long ReserveLargeRoom(int slot, long bytes)
    {
        try
        {
            return region.Reserve(layout.LargeRoomOf(slot), bytes, SharedLinkLayout.LargeRoom);
        }
        catch (IOException full)
        {
            throw new IOException($"An item of stage '{Name}' cannot be handed on: {full.Message}", full);
        }
    }

    private void Decode(int slot, long position, int worker, ref Taken<T> taken)
    {
        taken.Unreadable = null;
        try
        {
            Read(slot, position, fixedSize is null ? decoders[worker] ??= ItemCodec.For<T>(serializer) : null, ref taken);
        }
        catch (Exception exception)
        {
            taken.Item = default!;
            taken.Unreadable = exception;
        }

        if (Lineages is null)
            return;
        taken.Lineage = LineageIn(slot);
        taken.Lineage?.Retain();
    }

    private void Read(int slot, long position, ItemCodec<T>? decoder, ref Taken<T> taken)
    {
        var header = HeaderOf(slot);
        taken.Number = position;
        taken.Slot = slot;
        taken.Size = header->Charged;
        taken.Item = fixedSize is not null ? ItemCodec<T>.ReadFixed(ref *SmallRoomOf(slot))
            : header->IsNull ? default!
            : decoder!.Read(header->IsLarge ? start + layout.LargeRoomOf(slot) : SmallRoomOf(slot), header->Length, this);
    }

    private sealed record Encoder(ItemCodec<T> Codec, SlotRoom Room);
}
