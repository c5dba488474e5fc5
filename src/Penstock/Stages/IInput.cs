using Penstock.Workers;

namespace Penstock.Stages;

/// <summary>What a stage's function is given as its items: knows whose they are.</summary>
internal interface IInput
{
    Worker Worker { get; }

    /// <summary>Takes charge of an enumerator made for the stage, which that might not dispose.</summary>
    void Own(IPassage passage);
}
