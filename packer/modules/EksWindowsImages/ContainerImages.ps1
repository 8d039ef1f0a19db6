Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Runs ctr in the namespace that kubelet uses.
.DESCRIPTION
Since February 2024 each call warns about deprecated settings in containerd's configuration unless this is suppressed
(containerd#9807, #9820, #9821).
#>
function Invoke-Ctr {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)][string[]]$ArgumentList,
        [int[]]$AllowedExitCode = @(0)
    )
    $env:CONTAINERD_SUPPRESS_DEPRECATION_WARNINGS = 'true'
    Invoke-Native -FilePath (Get-ContainerdPath 'ctr.exe') -ArgumentList (@('--namespace', 'k8s.io') + $ArgumentList) -AllowedExitCode $AllowedExitCode -OutputOnly
}

<#
.SYNOPSIS
Pins an image, so that kubelet's garbage collection keeps it.
#>
function Protect-ContainerImage {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Reference)
    Invoke-Ctr -ArgumentList @('images', 'label', $Reference, 'io.cri-containerd.pinned=pinned') | Out-Null
}

<#
.SYNOPSIS
Returns an image that containerd has. Only one that is unpacked can run.
.DESCRIPTION
containerd also lists an image of which it has nothing but the index: containerd 2.x ends the pull of an image without a
build for this Windows with exit code 0, and 1.7 keeps the name of the image that it refused. `ctr images check` says
`UNPACKED false` of both, and ends with 1.
#>
function Get-ContainerImage {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Reference)
    # Columns: REF TYPE DIGEST SIZE PLATFORMS LABELS.
    $row = @(Invoke-Ctr -ArgumentList @('images', 'list', "name==$Reference") | Where-Object { $_.StartsWith("$Reference ") })
    if ($row.Count -ne 1) {
        throw "containerd does not have $Reference."
    }
    [pscustomobject]@{
        name     = $Reference
        digest   = ($row[0] -split '\s+')[2]
        pinned   = $row[0].Contains('io.cri-containerd.pinned=pinned')
        unpacked = @(Get-UnpackedName -Filter "name==$Reference") -contains $Reference
    }
}

<#
.SYNOPSIS
Returns the names of the images that are unpacked: all, or those that a filter of ctr selects.
#>
function Get-UnpackedName {
    [CmdletBinding()]
    [OutputType([string])]
    param([string[]]$Filter = @())
    # Columns: REF TYPE DIGEST STATUS SIZE UNPACKED. The exit code is 1 if one of the images could not be checked.
    Invoke-Ctr -ArgumentList (@('images', 'check') + $Filter) -AllowedExitCode @(0, 1) |
        Where-Object { $_ -match '\strue\s*$' } |
        ForEach-Object { ($_ -split '\s+')[0] }
}

<#
.SYNOPSIS
Returns all other container images, pinned or not, such as those that AWS has cached.
#>
function Get-CachedImage {
    [CmdletBinding()]
    param([Parameter(Mandatory)][AllowEmptyCollection()][string[]]$Besides)
    # containerd's CRI also lists each image under its bare ID.
    $names = @(Invoke-Ctr -ArgumentList @('images', 'list', '--quiet') | Where-Object { $_ -and $_ -notlike 'sha256:*' -and $Besides -notcontains $_ })
    $names | ForEach-Object { Get-ContainerImage -Reference $_ }
}

<#
.SYNOPSIS
Returns a container image that is known to have a shell: a wanted one, or else one that the base has cached. Returns
nothing if there is neither.
#>
function Find-RunnableImage {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][AllowEmptyCollection()][string[]]$Wanted)
    $present = @(Invoke-Ctr -ArgumentList @('images', 'list', '--quiet'))
    # Images for a single purpose, such as pause or a host process, need not have cmd.exe.
    $withShell = '/(nanoserver|servercore)[:@]'
    @(
        $Wanted | Where-Object { $_ -match $withShell }
        $present | Where-Object { $_ -match $withShell }
    ) | Select-Object -First 1
}
