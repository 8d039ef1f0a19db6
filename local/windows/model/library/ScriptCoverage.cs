using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

/// <summary>Which commands of the scripts run.</summary>
public static class ScriptCoverage {
    /// <summary>Where a machine has the scripts, each as below packer/.</summary>
    static readonly string[] Roots = [
        @"C:\eks-windows-images\", @"C:\eks-windows-images-harvest\", @"C:\eks-windows-images-proof\",
        @"C:\eks-windows-images-first-contact\", @"C:\windows-model\user-data\",
    ];
    static readonly Dictionary<LineBreakpoint, string> Counters = [];
    static string Target;

    /// <summary>
    /// Lets each of the commands in commands.txt of a folder count in the current runspace how often it runs, by a
    /// breakpoint without an action. `Save` writes down there which did; a process that is killed writes nothing.
    /// </summary>
    public static void Start(string directory) {
        if (Target == null) AppDomain.CurrentDomain.ProcessExit += (_, _) => Save();
        Target = directory;
        var places = File.ReadLines($@"{directory}\commands.txt")
            .Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => words[1..]);
        foreach (var root in Roots.Where(Directory.Exists))
            foreach (var path in Directory.GetFiles(root, "*.ps*1", SearchOption.AllDirectories)) {
                var name = path[root.Length..].Replace('\\', '/');
                foreach (var place in places.GetValueOrDefault(name, [])) {
                    var numbers = place.Split(':').Select(int.Parse).ToArray();
                    Counters.Add(new LineBreakpoint(path, numbers[0], numbers[1], null), $"{name} {place}");
                }
            }
        if (Counters.Count > 0) Runspace.DefaultRunspace.Debugger.SetBreakpoints(Counters.Keys);
    }

    public static void Save() {
        var hits = Counters.Where(each => each.Key.HitCount > 0).Select(each => each.Value).ToArray();
        Counters.Clear();
        if (hits.Length > 0) File.WriteAllLines($@"{Target}\hits-{Guid.NewGuid():N}.txt", hits);
    }
}
