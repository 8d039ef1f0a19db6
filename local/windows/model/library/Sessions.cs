using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

/// <summary>
/// Runs one script after another in this process, each in a session of its own: with modules, variables, environment,
/// working directory and exit code of its own, as a new process has them, but without a process's start.
/// </summary>
public sealed class Sessions(PSHost outer, string[] setUp) {
    /// <summary>What a client sends on one line: a script to run, or what becomes of the registry (MachineRegistry).</summary>
    public sealed record Request(string Script, Dictionary<string, string> Environment, Dictionary<string, string> Save,
        bool RemoveServices, Dictionary<string, MachineRegistry.Change> Restore);
    public sealed record Answer(int ExitCode, string Stdout, string Stderr);

    /// <summary>What this process has been given beside the machine's variables.</summary>
    readonly Dictionary<string, string> environment =
        Variables(EnvironmentVariableTarget.Process).ExceptBy(OfMachine().Keys, each => each.Key).ToDictionary();
    readonly string directory = Environment.CurrentDirectory;

    /// <summary>
    /// Serves on a port of 127.0.0.1, which it writes to a file, until the process is killed. A connection carries one
    /// request and one answer.
    /// </summary>
    public void Serve(string portFile) {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        File.WriteAllText($"{portFile}.new", $"{((IPEndPoint)listener.LocalEndpoint).Port}");
        File.Move($"{portFile}.new", portFile, true);
        while (true) {
            using var client = listener.AcceptTcpClient();
            using var reader = new StreamReader(client.GetStream());
            using var writer = new StreamWriter(client.GetStream());
            writer.Write(JsonSerializer.Serialize(Do(JsonSerializer.Deserialize<Request>(reader.ReadLine()))));
        }
    }

    Answer Do(Request request) {
        if (request.Script != null) return Run(request);
        if (request.Save != null) MachineRegistry.Save(request.Save);
        if (request.RemoveServices) MachineRegistry.RemoveServices();
        if (request.Restore != null) MachineRegistry.Restore(request.Restore);
        return new Answer(0, "", "");
    }

    Answer Run(Request request) {
        var (stdout, stderr) = (new CapturedStream(CapturedStream.Output), new CapturedStream(CapturedStream.Error));
        Console.SetOut(stdout.Writer);
        Console.SetError(stderr.Writer);
        StartAfresh(request.Environment);
        var host = new SessionHost(outer);
        var state = InitialSessionState.CreateDefault2();
        state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        using var runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        var before = Runspace.DefaultRunspace;
        Runspace.DefaultRunspace = runspace;
        var code = 0;
        try {
            foreach (var script in setUp) Invoke(runspace, script);
            if (Invoke(runspace, request.Script)) code = 1;
        }
        catch (RuntimeException thrown) {
            var record = thrown.ErrorRecord;
            Console.Error.WriteLine($"{record}\n{record?.InvocationInfo?.PositionMessage}\n{record?.ScriptStackTrace}");
            code = 1;
        }
        finally {
            ScriptCoverage.Save();
            Runspace.DefaultRunspace = before;
        }
        return new Answer(host.ExitCode ?? code, stdout.Close(), stderr.Close());
    }

    /// <summary>Whether the script wrote errors.</summary>
    static bool Invoke(Runspace runspace, string script) {
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript(script);
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");
        shell.Invoke();
        return shell.HadErrors;
    }

    /// <summary>Gives this process the environment that the machine gives to a new one, and the request's variables.</summary>
    void StartAfresh(Dictionary<string, string> more) {
        Environment.CurrentDirectory = directory;
        var wanted = new Dictionary<string, string>(environment, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in OfMachine()) wanted[name] = Environment.ExpandEnvironmentVariables(value);
        foreach (var (name, value) in more) wanted[name] = value;
        foreach (var name in Variables(EnvironmentVariableTarget.Process).Keys)
            if (!wanted.ContainsKey(name)) Environment.SetEnvironmentVariable(name, null);
        foreach (var (name, value) in wanted) Environment.SetEnvironmentVariable(name, value);
    }

    static Dictionary<string, string> OfMachine() {
        var variables = Variables(EnvironmentVariableTarget.Machine);
        foreach (var (name, value) in Variables(EnvironmentVariableTarget.User)) variables[name] = value;
        return variables;
    }

    static Dictionary<string, string> Variables(EnvironmentVariableTarget target) {
        var variables = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry each in Environment.GetEnvironmentVariables(target)) variables[$"{each.Key}"] = $"{each.Value}";
        return variables;
    }

    /// <summary>Prints as the outer host does, and keeps the exit code.</summary>
    sealed class SessionHost(PSHost outer) : PSHost {
        public int? ExitCode { get; private set; }
        public override Guid InstanceId { get; } = Guid.NewGuid();
        public override string Name => outer.Name;
        public override Version Version => outer.Version;
        public override PSHostUserInterface UI => outer.UI;
        public override CultureInfo CurrentCulture => outer.CurrentCulture;
        public override CultureInfo CurrentUICulture => outer.CurrentUICulture;
        public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
        public override void EnterNestedPrompt() => throw new NotSupportedException();
        public override void ExitNestedPrompt() => throw new NotSupportedException();
        public override void NotifyBeginApplication() { }
        public override void NotifyEndApplication() { }
    }
}
