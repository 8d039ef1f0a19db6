Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Notes a file for the image report: one that a step puts in place, or finds in the base and relies on. Its SHA-256 is taken last of all.
.PARAMETER Version
What the file states when it is asked; empty for one that is not asked, of which the report has the version in its resources.
#>
function Add-ReportedBinary {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Path,
        [Parameter(Mandatory)][AllowEmptyString()][string]$Version,
        [Parameter(Mandatory)][ValidateSet('base', 'download', 'harvest')][string]$From
    )
    $others = @(Get-ReportedBinary | Where-Object { $_.path -ne $Path })
    $binary = [pscustomobject]@{ path = $Path; version = $Version; from = $From }
    Save-Json -Path (Get-WorkPath 'output\binaries.json') -Value @($others + $binary)
}

function Get-ReportedBinary {
    [CmdletBinding()]
    param()
    Read-JsonList -Path (Get-WorkPath 'output\binaries.json')
}

<#
.SYNOPSIS
The version among the resources of a file; empty where it has none, such as a script or a program that Go built.
#>
function Get-FileVersion {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string]$Path)
    "$((Get-Item -LiteralPath $Path -Force).VersionInfo.ProductVersion)".Trim()
}

<#
.SYNOPSIS
The SHA-256 of a file in lower-case hexadecimal digits.
#>
function Get-Sha256 {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string]$Path)
    (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash.ToLower()
}
