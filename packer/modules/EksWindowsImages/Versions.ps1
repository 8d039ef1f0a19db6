Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Returns the one entry of versions.json with this name for the build's recipe, Windows release and Kubernetes minor.
#>
function Get-Artifact {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Name)
    $recipe = Get-Setting 'RECIPE_KIND'
    $kubernetes = [version](Get-Setting 'KUBERNETES_VERSION')
    $all = (Read-Json -Path (Get-WorkPath 'versions.json')).artifacts
    $fitting = @($all | Where-Object {
            $_.name -eq $Name -and
            $_.recipes -contains $recipe -and
            (Test-WindowsOf -Artifact $_) -and
            (Test-MinorOf -Artifact $_ -Version $kubernetes)
        })
    if ($fitting.Count -ne 1) {
        throw "versions.json has $($fitting.Count) entries $Name for $recipe on Windows $(Get-Setting 'WINDOWS') with Kubernetes $kubernetes, not one."
    }
    $fitting[0]
}

function Test-WindowsOf {
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)]$Artifact)
    if (-not $Artifact.PSObject.Properties['windows']) {
        return $true
    }
    $Artifact.windows -contains (Get-Setting 'WINDOWS')
}

function Test-MinorOf {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)]$Artifact,
        [Parameter(Mandatory)][version]$Version
    )
    if (-not $Artifact.PSObject.Properties['minors']) {
        return $true
    }
    foreach ($limit in $Artifact.minors.PSObject.Properties) {
        $minor = ([version]$limit.Value).Minor
        if (($limit.Name -eq 'from' -and $Version.Minor -lt $minor) -or ($limit.Name -eq 'to' -and $Version.Minor -gt $minor)) {
            return $false
        }
    }
    $true
}
