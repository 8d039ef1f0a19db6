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
    param([Parameter(Mandatory)][string[]]$ArgumentList)
    $env:CONTAINERD_SUPPRESS_DEPRECATION_WARNINGS = 'true'
    Invoke-Native -FilePath (Get-ContainerdPath 'ctr.exe') -ArgumentList (@('--namespace', 'k8s.io') + $ArgumentList) -OutputOnly
}

<#
.SYNOPSIS
Pulls an image through the mirrors of its registry and pins it.
.DESCRIPTION
Without --hosts-dir ctr ignores the mirrors. If a reference has a tag and a digest, containerd's CRI looks it up by the
digest alone.
.PARAMETER Digest
The digest that the tag of the reference must have.
#>
function Add-ContainerImage {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Reference,
        [string]$Digest = ''
    )
    $pulled = $Reference
    if ($Digest) {
        $pulled = "$($Reference -replace ':[^:/@]+$', '')@$Digest"
    }
    Invoke-Download -What $pulled -Script {
        Invoke-Ctr -ArgumentList @('images', 'pull', '--hosts-dir', (Get-ContainerdPath 'certs.d'), $pulled) | Out-Null
    }
    $names = @($pulled, $Reference, ($Reference -replace ':[^:/@]+@', '@') | Select-Object -Unique)
    foreach ($name in $names) {
        if ($name -ne $pulled) {
            Invoke-Ctr -ArgumentList @('images', 'tag', '--force', $pulled, $name) | Out-Null
        }
        Protect-ContainerImage -Reference $name
    }
    $image = Get-ContainerImage -Reference $Reference
    if ($Digest -and $image.digest -ne $Digest) {
        throw (New-FailureException -FailureClass 'checksum' -Message "$Reference is $($image.digest), expected $Digest.")
    }
    $image
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

function Get-ContainerImage {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Reference)
    $row = @(Invoke-Ctr -ArgumentList @('images', 'list', "name==$Reference") | Where-Object { $_.StartsWith("$Reference ") })
    if ($row.Count -ne 1 -or $row[0] -notmatch '(sha256:[a-f0-9]{64})') {
        throw "containerd does not have $Reference."
    }
    [pscustomobject]@{
        name   = $Reference
        digest = $Matches[1]
        pinned = $row[0].Contains('io.cri-containerd.pinned=pinned')
    }
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
