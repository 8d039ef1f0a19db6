Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Writes the whole config.toml of containerd. On layer, the settings that a node needs stay as in AWS's file: pause
# image, CNI binaries, root and state; whatever else AWS set there is reported. On assemble there is no file yet, so
# every setting comes from this recipe.
Invoke-Step -Name '40-containerd' -FailureClass 'provision' -Script {
    $isLayer = (Get-Setting 'RECIPE_KIND') -eq 'layer'
    if (-not $isLayer) {
        $wanted = New-ContainerdSetting -SandboxImage (Get-Artifact -Name 'pause').reference
    }
    else {
        # Packer repeats a step after a broken connection: it begins with AWS's file again.
        $ofAws = Get-WorkPath 'output\containerd-base.toml'
        if (Test-Path -Path $ofAws) {
            Copy-Item -Path $ofAws -Destination (Get-ContainerdPath 'config.toml') -Force
        }
        else {
            Copy-Item -Path (Get-ContainerdPath 'config.toml') -Destination $ofAws
        }
        $before = Get-ContainerdConfiguration
        $wanted = Get-ContainerdSetting
        foreach ($name in 'Root', 'State', 'SandboxImage', 'CniBinDirectory') {
            if (-not $wanted.$name) {
                throw "The base's config.toml states no $name."
            }
        }
        if ($wanted.SandboxImage -match '^(registry\.k8s\.io|k8s\.gcr\.io)/') {
            throw "The base's config.toml is not understood: $($wanted.SandboxImage) is containerd's own pause image, not AWS's."
        }
        $program = Get-ContainerdPath 'containerd.exe'
        Add-ReportedBinary -Path $program -Version "$(Get-ProgramVersion -Path $program)" -From 'base'
    }
    $wanted.CniConfigDirectory = Join-Path -Path $env:ProgramData -ChildPath 'Amazon\EKS\cni\config'
    $wanted.RegistryDirectory = Get-ContainerdPath 'certs.d'
    New-Item -Path $wanted.CniConfigDirectory, $wanted.RegistryDirectory -ItemType Directory -Force | Out-Null

    $mirrors = Get-MapSetting 'REGISTRY_MIRRORS'
    foreach ($registry in $mirrors.Keys) {
        # A Windows path cannot contain a colon, so containerd looks for host_port_.
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
    if ($isLayer) {
        $changes = @(Get-ContainerdChange -Before $before -After (Get-ContainerdConfiguration))
        Save-Json -Path (Get-WorkPath 'output\containerd-config.json') -Value $changes
        Confirm-ContainerdChange -Change $changes
    }
    Restart-Service -Name containerd -Force
    # The service is running before containerd answers.
    Invoke-WithRetry -Activity 'Asking containerd' -DelaySeconds 5 -Script { Invoke-Ctr -ArgumentList @('version') | Out-Null }
    $trouble = @(Get-CriTrouble)
    if ($trouble.Count -gt 0) {
        throw "containerd would not answer kubelet: $($trouble -join '; ')."
    }
    'containerd runs with the new configuration.'
}
