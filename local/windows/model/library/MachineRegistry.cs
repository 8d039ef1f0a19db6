using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.Win32;

/// <summary>
/// Writes the registry of this Windows to files, and makes of it that of another machine. What a program has registered as
/// a service goes along: Wine's service manager, which is running, knows what it was told and not what is in the registry.
/// </summary>
public static class MachineRegistry {
    const string Services = @"SYSTEM\CurrentControlSet\Services";
    const int StandardFormat = 1, BackupPrivilege = 17, RestorePrivilege = 18;
    const int AllAccess = 0xF003F, OwnProcess = 0x10, DemandStart = 3, NormalError = 1;

    static readonly Dictionary<string, (RegistryKey Root, IntPtr Handle)> Hives = new() {
        ["machine"] = (Registry.LocalMachine, unchecked((int)0x80000002)),
        ["user"] = (Registry.CurrentUser, unchecked((int)0x80000001)),
    };

    /// <summary>What local/windows/wine-registry.ts says of a hive. Added is the path of a file, or empty.</summary>
    public sealed record Change(string[] Removed, string[] Cleared, string Added);

    /// <param name="files">By hive, where it is written to.</param>
    public static void Save(Dictionary<string, string> files) {
        Check(RtlAdjustPrivilege(BackupPrivilege, true, false, out _));
        foreach (var (hive, file) in files) {
            File.Delete(file);
            Check(RegSaveKeyExW(Hives[hive].Handle, file, IntPtr.Zero, StandardFormat));
        }
    }

    /// <summary>Lets the service manager forget what programs have registered.</summary>
    public static void RemoveServices() {
        foreach (var (name, _) in RegisteredServices())
            WithServices(manager => With(OpenServiceW(manager, name, AllAccess), DeleteService));
    }

    /// <param name="changes">By hive.</param>
    public static void Restore(Dictionary<string, Change> changes) {
        Check(RtlAdjustPrivilege(RestorePrivilege, true, false, out _));
        foreach (var (hive, change) in changes) {
            foreach (var path in change.Removed) Hives[hive].Root.DeleteSubKeyTree(path, false);
            foreach (var path in change.Cleared) {
                using var key = Hives[hive].Root.OpenSubKey(path, true);
                foreach (var value in key?.GetValueNames() ?? []) key.DeleteValue(value);
            }
            Add(hive, change.Added);
        }
        foreach (var (name, path) in RegisteredServices())
            WithServices(manager => With(CreateServiceW(manager, name, name, AllAccess, OwnProcess, DemandStart, NormalError,
                path, null, IntPtr.Zero, null, null, null), _ => true));
        // The service manager has written its own idea of them.
        foreach (var (hive, change) in changes) Add(hive, change.Added);
    }

    /// <summary>Wine adds what a file has to what is there.</summary>
    static void Add(string hive, string file) {
        if (file != "") Check(RegLoadKeyW(Hives[hive].Handle, "", file));
    }

    static List<(string Name, string Path)> RegisteredServices() {
        var found = new List<(string, string)>();
        using var services = Registry.LocalMachine.OpenSubKey(Services);
        foreach (var name in services.GetSubKeyNames()) {
            using var key = services.OpenSubKey(name);
            var path = $"{key.GetValue("ImagePath")}";
            if (Regex.IsMatch(path, @"^""?C:\\(?!windows\\)", RegexOptions.IgnoreCase)) found.Add((name, path));
        }
        return found;
    }

    static void WithServices(Action<IntPtr> action) =>
        With(OpenSCManagerW(null, null, AllAccess), manager => { action(manager); return true; });

    static void With(IntPtr handle, Func<IntPtr, bool> action) {
        if (handle == IntPtr.Zero) throw new Win32Exception();
        try {
            if (!action(handle)) throw new Win32Exception();
        }
        finally { CloseServiceHandle(handle); }
    }

    static void Check(int error) {
        if (error != 0) throw new Win32Exception(error);
    }

    [DllImport("ntdll")]
    static extern int RtlAdjustPrivilege(int privilege, bool enable, bool ofThread, out bool was);
    [DllImport("advapi32", CharSet = CharSet.Unicode)]
    static extern int RegSaveKeyExW(IntPtr key, string file, IntPtr security, int format);
    [DllImport("advapi32", CharSet = CharSet.Unicode)]
    static extern int RegLoadKeyW(IntPtr key, string subKey, string file);
    [DllImport("advapi32", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern IntPtr OpenSCManagerW(string machine, string database, int access);
    [DllImport("advapi32", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern IntPtr OpenServiceW(IntPtr manager, string name, int access);
    [DllImport("advapi32", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern IntPtr CreateServiceW(IntPtr manager, string name, string displayName, int access, int type, int start,
        int errorControl, string path, string group, IntPtr tag, string dependencies, string account, string password);
    [DllImport("advapi32", SetLastError = true)]
    static extern bool DeleteService(IntPtr service);
    [DllImport("advapi32")]
    static extern bool CloseServiceHandle(IntPtr handle);
}
