using ReadDigits.Pages;

namespace ReadDigits.Reading;

/// <summary>What flows through the pipeline: a page, in one form after another.</summary>
internal interface IPageItem
{
    PageFile File { get; }
}
