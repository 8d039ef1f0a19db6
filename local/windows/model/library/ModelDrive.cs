using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Provider;

/// <summary>
/// Drives whose items a script block knows. It is called with a verb (exists, container, children, get, set, new,
/// remove), the path below the drive, and a value.
/// </summary>
[CmdletProvider("WindowsModel", ProviderCapabilities.ShouldProcess)]
public sealed class ModelDrive : NavigationCmdletProvider {
    /// <summary>By the name of the drive, which is also its root.</summary>
    public static readonly Dictionary<string, ScriptBlock> Handlers = new(StringComparer.OrdinalIgnoreCase);

    Collection<PSObject> Ask(string verb, string path, object value = null) {
        var parts = path.Replace('/', '\\').Trim('\\').Split('\\', 2);
        return Handlers[parts[0]].Invoke(verb, parts.Length > 1 ? parts[1] : "", value);
    }
    bool Is(string verb, string path) {
        var answer = Ask(verb, path);
        return answer.Count > 0 && LanguagePrimitives.IsTrue(answer[0]);
    }
    void Write(string path) => WriteItemObject(Ask("get", path)[0], path, Is("container", path));

    protected override bool IsValidPath(string path) => true;
    protected override bool ItemExists(string path) => Is("exists", path);
    protected override bool IsItemContainer(string path) => Is("exists", path) && Is("container", path);
    protected override bool HasChildItems(string path) => Is("container", path) && Ask("children", path).Count > 0;
    protected override void GetItem(string path) => Write(path);
    protected override void SetItem(string path, object value) => Ask("set", path, value);
    protected override void GetChildItems(string path, bool recurse) {
        foreach (var child in Ask("children", path)) {
            var below = MakePath(path, child.ToString());
            Write(below);
            if (recurse && Is("container", below)) GetChildItems(below, true);
        }
    }
    protected override void GetChildNames(string path, ReturnContainers returnContainers) {
        foreach (var child in Ask("children", path)) WriteItemObject(child.ToString(), path, false);
    }
    protected override object NewItemDynamicParameters(string path, string itemTypeName, object newItemValue) =>
        path.StartsWith("WSMan", StringComparison.OrdinalIgnoreCase) ? new ListenerParameters() : null;
    protected override void NewItem(string path, string itemTypeName, object newItemValue) {
        Ask("new", path, DynamicParameters);
        Write(path);
    }
    protected override object RemoveItemDynamicParameters(string path, bool recurse) =>
        path.StartsWith("Cert", StringComparison.OrdinalIgnoreCase) ? new CertificateParameters() : null;
    protected override void RemoveItem(string path, bool recurse) =>
        Ask("remove", path, (DynamicParameters as CertificateParameters)?.DeleteKey.IsPresent);
}

public sealed class ListenerParameters {
    [Parameter(Mandatory = true)] public string Transport { get; set; }
    [Parameter(Mandatory = true)] public string Address { get; set; }
    [Parameter] public string CertificateThumbPrint { get; set; }
    [Parameter] public string HostName { get; set; }
    [Parameter] public string Port { get; set; }
}

public sealed class CertificateParameters {
    [Parameter] public SwitchParameter DeleteKey { get; set; }
}
