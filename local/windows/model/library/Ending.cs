using System;
using System.IO;

/// <summary>The end of this process.</summary>
public static class Ending {
    /// <summary>
    /// Writes the exit code to a file as the last thing that this process does: Linux keeps only its lowest eight bits, and
    /// Wine may crash after it.
    /// </summary>
    public static void Keep(string path) =>
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.WriteAllText(path, $"{Environment.ExitCode}");
}
