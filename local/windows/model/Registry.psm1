Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$software = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft'
$eventLogs = 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\EventLog'
$restartKeys = @(
    'SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
    'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
)

<#
.SYNOPSIS
Writes to the registry what Windows keeps there of the state: build, setup state, and whether it wants a restart.
#>
function Set-MachineRegistry {
    [CmdletBinding()]
    param()
    $state = Get-MachineState
    $build, $revision = $state.osBuild.Split('.')
    $current = "$software\Windows NT\CurrentVersion"
    [Microsoft.Win32.Registry]::SetValue($current, 'CurrentBuildNumber', $build, 'String')
    [Microsoft.Win32.Registry]::SetValue($current, 'CurrentBuild', $build, 'String')
    [Microsoft.Win32.Registry]::SetValue($current, 'UBR', [int]$revision, 'DWord')
    [Microsoft.Win32.Registry]::SetValue($current, 'ProductName', "Windows Server $($state.windows) Datacenter", 'String')
    [Microsoft.Win32.Registry]::SetValue($current, 'InstallationType', @{ Core = 'Server Core'; Full = 'Server' }[$state.edition], 'String')
    [Microsoft.Win32.Registry]::SetValue("$software\Windows\CurrentVersion\Setup\State", 'ImageState', $state.imageState, 'String')
    foreach ($key in $restartKeys) {
        if ($state.pendingRestarts -gt 0) {
            [Microsoft.Win32.Registry]::LocalMachine.CreateSubKey($key).Dispose()
        }
        else {
            [Microsoft.Win32.Registry]::LocalMachine.DeleteSubKeyTree($key, $false)
        }
    }
    foreach ($log in $state.eventLogs.Keys) {
        # The registry is what Windows goes by once a log is there.
        if (-not [Microsoft.Win32.Registry]::GetValue("$eventLogs\$log", 'MaxSize', $null)) {
            Set-EventLogKey -LogName $log -Log $state.eventLogs[$log]
        }
    }
}

<#
.SYNOPSIS
Writes the registry keys of an event log and its sources.
#>
function Set-EventLogKey {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$LogName, [Parameter(Mandatory)]$Log)
    $root = "$eventLogs\$LogName"
    [Microsoft.Win32.Registry]::SetValue($root, 'MaxSize', [int]$Log.maxBytes, 'DWord')
    foreach ($source in $Log.sources) {
        [Microsoft.Win32.Registry]::SetValue("$root\$source", 'TypesSupported', 7, 'DWord')
    }
}

Export-ModuleMember -Function Set-MachineRegistry, Set-EventLogKey
