// A fleet needs the processors for itself: times are asserted.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
