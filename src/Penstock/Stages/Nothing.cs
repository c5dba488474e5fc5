namespace Penstock.Stages;

/// <summary>What flows into a source and out of a sink, so that both are stages like any other.</summary>
internal readonly struct Nothing;
