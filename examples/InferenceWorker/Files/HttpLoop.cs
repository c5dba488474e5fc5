using System.Net;

namespace InferenceWorker.Files;

/// <summary>Answers HTTP requests, any number at once, until it is disposed.</summary>
internal sealed class HttpLoop : IAsyncDisposable
{
    readonly HttpListener listener = new();
    readonly Func<HttpListenerContext, Task> answer;
    readonly Task loop;

    /// <param name="host">The address to listen at; <c>+</c> for all.</param>
    /// <param name="port">The port.</param>
    /// <param name="answer">Writes the response, but need not close it.</param>
    /// <exception cref="IOException">The port cannot be had.</exception>
    public HttpLoop(string host, int port, Func<HttpListenerContext, Task> answer)
    {
        this.answer = answer;
        listener.Prefixes.Add($"http://{host}:{port}/");
        try
        {
            listener.Start();
        }
        catch (HttpListenerException refused)
        {
            throw new IOException($"Nothing can listen on {host}:{port} ({refused.Message}). Choose another port.", refused);
        }

        loop = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await loop;
    }

    async Task AcceptAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            await answer(context);
            context.Response.Close();
        }
        catch (Exception)
        {
            // Whoever asked may be gone: then there is nobody to tell.
            context.Response.Abort();
        }
    }
}
