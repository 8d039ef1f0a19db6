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
Returns the parts of EKS that an image may lack: csi-proxy and its service, which are empty if absent, the names of the
tasks, and the settings of a node. AWS does not document them, and the bootstrap may be what registers the tasks.
#>
function Get-EksState {
    [CmdletBinding()]
    param()
    [ordered]@{
        csiProxyService = "$(Get-CsiProxyService | ForEach-Object { $_.Name })"
        csiProxyProgram = "$(Get-CsiProxyPath)"
        tasks           = @(Get-EksTask | ForEach-Object { $_.TaskName })
        settings        = @(Get-NodeSetting)
    }
}

<#
.SYNOPSIS
Returns the state that the image must have: on layer that of its base, on assemble that of AWS's EKS image, each with
the settings that Save-WantedSetting has taken.
#>
function Get-WantedEksState {
    [CmdletBinding()]
    param()
    $described = Get-EksSetupPath
    if ((Get-Setting 'RECIPE_KIND') -eq 'layer') {
        $described = Get-WorkPath 'output\base.json'
    }
    $wanted = (Read-Json -Path $described).eks
    $left = Get-WorkPath 'output\settings.json'
    if (Test-Path -Path $left) {
        $wanted.settings = @(Read-JsonList -Path $left)
    }
    $wanted
}

<#
.SYNOPSIS
Takes the settings that this machine has now for the wanted ones, and warns of each that AWS's image has otherwise.
.PARAMETER By
Who has changed them on purpose.
#>
function Save-WantedSetting {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$By)
    Get-SettingLoss -Wanted @((Get-WantedEksState).settings) | ForEach-Object { Write-Warning "$By changed what AWS's image has: $_." }
    Save-Json -Path (Get-WorkPath 'output\settings.json') -Value @(Get-NodeSetting)
}

<#
.SYNOPSIS
Takes it for wanted that these services start on demand only.
#>
function Save-WantedStartMode {
    [CmdletBinding()]
    param([Parameter(Mandatory)][AllowEmptyCollection()][string[]]$Service)
    $settings = @((Get-WantedEksState).settings)
    $settings | Where-Object { $_.kind -eq 'service' -and $Service -contains $_.name } | ForEach-Object { $_.value = 'Manual' }
    Save-Json -Path (Get-WorkPath 'output\settings.json') -Value $settings
}

<#
.SYNOPSIS
Describes each part of a state that this machine lacks; returns nothing if it has all.
.PARAMETER Wanted
An object as Get-EksState returns it. In the report of an older recipe it has no settings.
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
    if ($Wanted.PSObject.Properties['settings']) {
        Get-SettingLoss -Wanted @($Wanted.settings)
    }
}
