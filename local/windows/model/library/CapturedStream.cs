using System;
using System.IO;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Tasks;

/// <summary>
/// A standard stream of this process while one script runs: gets what PowerShell prints and, in the same order, what
/// programs print that inherit it.
/// </summary>
public sealed class CapturedStream {
    public const int Output = -11, Error = -12;

    readonly int which;
    readonly nint before;
    readonly AnonymousPipeServerStream pipe = new(PipeDirection.In, HandleInheritability.Inheritable);
    readonly string end = Guid.NewGuid().ToString();
    readonly Task<string> text;

    public StreamWriter Writer { get; }

    public CapturedStream(int which) {
        this.which = which;
        before = GetStdHandle(which);
        Writer = new StreamWriter(new AnonymousPipeClientStream(PipeDirection.Out, pipe.ClientSafePipeHandle)) { AutoFlush = true };
        SetStdHandle(which, pipe.ClientSafePipeHandle.DangerousGetHandle());
        text = Task.Run(Read);
    }

    /// <summary>Gives the stream back and returns what it got. A program that goes on may still hold it open.</summary>
    public string Close() {
        SetStdHandle(which, before);
        Writer.Write(end);
        var got = text.Result;
        Writer.Dispose();
        pipe.Dispose();
        return got;
    }

    string Read() {
        var got = new MemoryStream();
        var buffer = new byte[65536];
        while (pipe.Read(buffer, 0, buffer.Length) is > 0 and var count) {
            got.Write(buffer, 0, count);
            if (got.Length >= end.Length && TailOf(got) == end) break;
        }
        return Encoding.UTF8.GetString(got.GetBuffer(), 0, (int)Math.Max(0, got.Length - end.Length));
    }

    string TailOf(MemoryStream got) => Encoding.ASCII.GetString(got.GetBuffer(), (int)got.Length - end.Length, end.Length);

    [DllImport("kernel32.dll")]
    static extern nint GetStdHandle(int which);

    [DllImport("kernel32.dll")]
    static extern bool SetStdHandle(int which, nint handle);
}
