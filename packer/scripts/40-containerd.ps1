Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# containerd's config.toml as a whole. From AWS's stays what a node cannot do without: pause image, CNI binaries, root and state.
Invoke-Step -Name '40-containerd' -FailureClass 'provision' -Script {
    $wanted = Get-ContainerdSetting
    foreach ($name in 'Root', 'State', 'SandboxImage', 'CniBinDirectory') {
        if (-not $wanted.$name) {
            throw "The base's config.toml states no $name."
        }
    }
    if ($wanted.SandboxImage -match '^(registry\.k8s\.io|k8s\.gcr\.io)/') {
        throw "The base's config.toml is not understood: $($wanted.SandboxImage) is containerd's own pause image, not AWS's."
    }
    $wanted.CniConfigDirectory = Join-Path -Path $env:ProgramData -ChildPath 'Amazon\EKS\cni\config'
    $wanted.RegistryDirectory = Get-ContainerdPath 'certs.d'
    New-Item -Path $wanted.CniConfigDirectory, $wanted.RegistryDirectory -ItemType Directory -Force | Out-Null

    $mirrors = Get-MapSetting 'REGISTRY_MIRRORS'
    foreach ($registry in $mirrors.Keys) {
        # A colon cannot be in a Windows path: containerd looks for host_port_.
        $directory = Join-Path -Path $wanted.RegistryDirectory -ChildPath ($registry -replace ':(\d+)$', '_$1_')
        New-Item -Path $directory -ItemType Directory -Force | Out-Null
        [System.IO.File]::WriteAllText((Join-Path -Path $directory -ChildPath 'hosts.toml'), (Get-RegistryHostText -Mirror $mirrors[$registry]))
        "$registry is pulled through $($mirrors[$registry] -join ', ')."
    }

    [System.IO.File]::WriteAllText((Get-ContainerdPath 'config.toml'), (Get-ContainerdConfigText -Setting $wanted))
    $understood = Get-ContainerdSetting
    foreach ($property in $wanted.PSObject.Properties) {
        $value = $understood.($property.Name)
        if ("$value" -ne "$($property.Value)") {
            throw "containerd understands $($property.Name) as $value instead of $($property.Value)."
        }
    }
    Restart-Service -Name containerd -Force
    'containerd runs with the new configuration.'
}
