Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# AWS's bootstrap enables tasks such as `EKS Windows startup task` and fails if one of them is missing.
$everyTask = 'EKS *'

<#
.SYNOPSIS
Returns the service that runs csi-proxy.exe, whatever its name; nothing if there is none.
#>
function Get-CsiProxyService {
    [CmdletBinding()]
    param()
    Get-CimInstance -ClassName Win32_Service | Where-Object { $_.PathName -match '\\csi-proxy\.exe' } | Select-Object -First 1
}

<#
.SYNOPSIS
Returns the path of csi-proxy.exe: from its service, or else among the files of EKS or in its own directory; empty if
there is none.
#>
function Get-CsiProxyPath {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $started = "$(Get-CsiProxyService | ForEach-Object { $_.PathName })"
    if ($started -match '^"?(?<program>[A-Za-z]:\\(.+?\\)?csi-proxy\.exe)') {
        return $Matches['program']
    }
    $paths = @(
        Get-EksFile
        Get-ChildItem -Path "$env:ProgramFiles\*\csi-proxy.exe" -File -Force -ErrorAction SilentlyContinue | ForEach-Object { $_.FullName }
    )
    "$($paths | Where-Object { $_ -match '\\csi-proxy\.exe$' } | Select-Object -First 1)"
}

<#
.SYNOPSIS
Returns the scheduled tasks of EKS. AWS's bootstrap enables those that start a node at each boot.
#>
function Get-EksTask {
    [CmdletBinding()]
    param()
    Get-ScheduledTask -TaskName $everyTask -ErrorAction SilentlyContinue | Sort-Object -Property TaskName
}

<#
.SYNOPSIS
Returns the full paths of the files of EKS and of the HNS module, without logs.
#>
function Get-EksFile {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $directories = @(
        Get-EksPath
        Join-Path -Path $env:ProgramData -ChildPath 'Amazon\EKS'
        Join-Path -Path $env:ProgramFiles -ChildPath 'Microsoft\Hns'
    ) | Where-Object { Test-Path -Path $_ }
    if ($directories) {
        Get-ChildItem -Path $directories -Recurse -File -Force |
            Where-Object { $_.FullName -notmatch '\\logs?\\|\.(log|etl|evtx|dmp)$' } |
            ForEach-Object { $_.FullName }
    }
}

<#
.SYNOPSIS
Returns the parts of EKS that an image may lack: csi-proxy and its service, which are empty if absent, and the names of
the tasks. AWS does not document them, and the bootstrap may be what registers them.
#>
function Get-EksState {
    [CmdletBinding()]
    param()
    [ordered]@{
        csiProxyService = "$(Get-CsiProxyService | ForEach-Object { $_.Name })"
        csiProxyProgram = "$(Get-CsiProxyPath)"
        tasks           = @(Get-EksTask | ForEach-Object { $_.TaskName })
    }
}

<#
.SYNOPSIS
Returns the state that the image must have: on layer that of its base, on assemble that of AWS's EKS image.
#>
function Get-WantedEksState {
    [CmdletBinding()]
    param()
    if ((Get-Setting 'RECIPE_KIND') -eq 'layer') {
        return (Read-Json -Path (Get-WorkPath 'output\base.json')).eks
    }
    (Read-Json -Path (Get-EksSetupPath)).eks
}

<#
.SYNOPSIS
Describes each part of a state that this machine lacks; returns nothing if it has all.
.PARAMETER Wanted
An object as Get-EksState returns it.
#>
function Get-EksLoss {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)]$Wanted)
    if ($Wanted.csiProxyService -and -not (Get-CsiProxyService)) {
        "no service runs csi-proxy.exe, as $($Wanted.csiProxyService) does there"
    }
    if ($Wanted.csiProxyProgram -and -not (Test-Path -LiteralPath $Wanted.csiProxyProgram)) {
        "there is no $($Wanted.csiProxyProgram)"
    }
    $tasks = @(Get-EksTask | ForEach-Object { $_.TaskName })
    $Wanted.tasks | Where-Object { $tasks -notcontains $_ } | ForEach-Object { "there is no scheduled task $_" }
}
