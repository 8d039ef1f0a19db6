Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Runs ctr in the namespace that kubelet uses.
#>
function Invoke-Ctr {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string[]]$ArgumentList)
    Invoke-Native -FilePath (Get-ContainerdPath 'ctr.exe') -ArgumentList (@('--namespace', 'k8s.io') + $ArgumentList)
}

<#
.SYNOPSIS
Pulls an image, through the mirrors of its registry, and keeps it.
.DESCRIPTION
Without --hosts-dir ctr ignores the mirrors; without the label kubelet's garbage collection may take the image. Where a reference has a tag
and a digest, containerd's CRI looks for it under the digest alone.
.PARAMETER Digest
What the tag of the reference must be.
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
        Invoke-Ctr -ArgumentList @('images', 'label', $name, 'io.cri-containerd.pinned=pinned') | Out-Null
    }
    $image = Get-ContainerImage -Reference $Reference
    if ($Digest -and $image.digest -ne $Digest) {
        throw (New-FailureException -FailureClass 'checksum' -Message "$Reference is $($image.digest), expected $Digest.")
    }
    $image
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
A container image to try, which has a shell: one that is wanted here, else one that the base has cached. Nothing if there is none.
#>
function Find-RunnableImage {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][AllowEmptyCollection()][string[]]$Wanted)
    $present = @(Invoke-Ctr -ArgumentList @('images', 'list', '--quiet'))
    # All of Windows' container images have cmd.exe except those that are made for one purpose, such as pause.
    $withShell = '/(nanoserver|servercore)[:@]'
    @(
        $Wanted | Where-Object { $_ -match $withShell }
        $Wanted
        $present | Where-Object { $_ -match $withShell }
    ) | Select-Object -First 1
}
