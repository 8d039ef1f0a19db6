Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# EKS-WindowsServiceHost.exe writes the output of kubelet and kube-proxy to an event log of this name.
$eventLogKey = 'HKLM:\SYSTEM\CurrentControlSet\Services\EventLog\EKS'

function Get-EksPath {
    [CmdletBinding()]
    [OutputType([string])]
    param([string]$ChildPath = '')
    Join-Path -Path $env:ProgramFiles -ChildPath ("Amazon\EKS\$ChildPath".TrimEnd('\'))
}

<#
.SYNOPSIS
Returns the path of the file that describes a harvested image's setup: what AWS's EKS image has besides files.
#>
function Get-EksSetupPath {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    Join-Path -Path $env:ProgramData -ChildPath 'eks-windows-images\eks.json'
}

<#
.SYNOPSIS
Returns what this EKS image has besides files: its state, csi-proxy's service if there is one, the tasks that start a
node, the event log's sources, and directories, some of which are empty until a node writes there.
#>
function Get-EksSetup {
    [CmdletBinding()]
    param()
    $csiProxy = $null
    $service = Get-CsiProxyService
    if ($service) {
        $csiProxy = [ordered]@{
            name        = $service.Name
            displayName = $service.DisplayName
            commandLine = $service.PathName
            startMode   = $service.StartMode
        }
    }
    $tasks = [ordered]@{}
    foreach ($one in @(Get-EksTask)) {
        $xml = "$(Export-ScheduledTask -TaskName $one.TaskName -TaskPath $one.TaskPath -ErrorAction Stop)"
        # Author and date differ between releases of the image.
        $tasks[$one.TaskName] = $xml -replace '\s*<(Date|Author)>[^<]*</\1>', ''
    }
    $sources = @()
    if (Test-Path -Path $eventLogKey) {
        $sources = @(Get-ChildItem -Path $eventLogKey | ForEach-Object { $_.PSChildName } | Sort-Object)
    }
    $roots = @(
        Get-EksPath
        Join-Path -Path $env:ProgramData -ChildPath 'Amazon\EKS'
    )
    $directories = @(Get-ChildItem -Path ($roots | Where-Object { Test-Path -Path $_ }) -Recurse -Directory -Force | ForEach-Object { $_.FullName } | Sort-Object)
    [ordered]@{
        eks          = Get-EksState
        csiProxy     = $csiProxy
        tasks        = $tasks
        eventSources = $sources
        directories  = $directories
    }
}

<#
.SYNOPSIS
Sets up on this machine what an EKS image has besides files. Existing services and tasks stay.
.PARAMETER Setup
An object as Get-EksSetup returns it.
#>
function Install-EksSetup {
    [CmdletBinding()]
    param([Parameter(Mandatory)]$Setup)
    foreach ($directory in $Setup.directories) {
        New-Item -Path $directory -ItemType Directory -Force | Out-Null
    }
    # Windows adds a source with the name of the log together with the first source.
    $known = @(Get-ChildItem -Path $eventLogKey -ErrorAction SilentlyContinue | ForEach-Object { $_.PSChildName })
    $sources = @($Setup.eventSources | Where-Object { $_ -ne 'EKS' -and $known -notcontains $_ })
    if ($sources.Count -gt 0) {
        New-EventLog -LogName 'EKS' -Source $sources
    }

    if ($Setup.csiProxy -and -not (Get-CsiProxyService)) {
        if ($Setup.csiProxy.commandLine -match 'log_file="?(?<directory>[^"]+)\\[^\\"]+\.log') {
            New-Item -Path $Matches['directory'] -ItemType Directory -Force | Out-Null
        }
        $service = @{
            Name           = $Setup.csiProxy.name
            DisplayName    = $Setup.csiProxy.displayName
            BinaryPathName = $Setup.csiProxy.commandLine
            StartupType    = $Setup.csiProxy.startMode -replace '^Auto$', 'Automatic'
        }
        New-Service @service | Out-Null
    }
    foreach ($task in $Setup.tasks.PSObject.Properties) {
        if (-not (Get-ScheduledTask -TaskName $task.Name -ErrorAction SilentlyContinue)) {
            Register-ScheduledTask -TaskName $task.Name -Xml $task.Value -ErrorAction Stop | Out-Null
        }
    }
    # After the event log and the service, whose settings are among these.
    Install-NodeSetting -Wanted @($Setup.eks.settings)
}

<#
.SYNOPSIS
Adds a directory to the machine's path unless it is there.
#>
function Add-MachinePath {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Directory)
    $path = [Environment]::GetEnvironmentVariable('Path', 'Machine')
    if (@($path -split ';') -notcontains $Directory) {
        [Environment]::SetEnvironmentVariable('Path', "$($path.TrimEnd(';'));$Directory", 'Machine')
    }
}
