Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# AWS's bootstrap enables tasks such as `EKS Windows startup task`, and fails where one is missing that it knows.
$everyTask = 'EKS *'

<#
.SYNOPSIS
The service that runs csi-proxy.exe, under whatever name; nothing where there is none.
#>
function Get-CsiProxyService {
    [CmdletBinding()]
    param()
    Get-CimInstance -ClassName Win32_Service | Where-Object { $_.PathName -match '\\csi-proxy\.exe' } | Select-Object -First 1
}

<#
.SYNOPSIS
Where csi-proxy.exe is: as its service says, or else among the files of EKS or in a directory of its own; empty where there is none.
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
The scheduled tasks of EKS. AWS's bootstrap enables those that bring a node up at each start.
#>
function Get-EksTask {
    [CmdletBinding()]
    param()
    Get-ScheduledTask -TaskName $everyTask -ErrorAction SilentlyContinue | Sort-Object -Property TaskName
}

<#
.SYNOPSIS
Full paths of the files of EKS and of the HNS module. No logs.
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
What this machine has of EKS besides files that are always there: csi-proxy and its service, empty without, and the names of the tasks. AWS
documents none of it, so it is not taken for granted: what registers it may as well be the bootstrap.
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
The state that an image must have: on layer its base's, on assemble that of AWS's EKS image.
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
What of a state this machine lacks, each in a few words; nothing if all is there.
.PARAMETER Wanted
As from Get-EksState.
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
