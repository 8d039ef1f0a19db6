Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Records a file for the image report: one that a step installs, or finds in the base and relies on. 80-report computes
its SHA-256.
.DESCRIPTION
Packer repeats a step after a broken connection. What the step then finds in place of the base's file is what it has
installed itself.
.PARAMETER Version
The version that the program prints; empty for a file that prints none. The report then has the version among its
resources.
#>
function Add-ReportedBinary {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Path,
        [Parameter(Mandatory)][AllowEmptyString()][string]$Version,
        [Parameter(Mandatory)][ValidateSet('base', 'download', 'harvest')][string]$From
    )
    if ($From -eq 'base' -and (Get-ReportedBinary | Where-Object { $_.path -eq $Path -and $_.version -eq $Version })) {
        return
    }
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
Returns the path of the copy of the report that stays in the image.
#>
function Get-ImageReportPath {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    Join-Path -Path $env:ProgramData -ChildPath 'eks-windows-images\report.json'
}

<#
.SYNOPSIS
Returns the version among the resources of a file; empty if it has none, such as a script or a Go program.
#>
function Get-FileVersion {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string]$Path)
    "$((Get-Item -LiteralPath $Path -Force).VersionInfo.ProductVersion)".Trim()
}

<#
.SYNOPSIS
Returns the SHA-256 of a file in lower-case hexadecimal digits.
#>
function Get-Sha256 {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string]$Path)
    (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash.ToLower()
}
