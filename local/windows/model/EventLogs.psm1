Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Adds sources to an event log, which it creates with 512 KB if there is none, and with a source of the log's name.
#>
function New-EventLog {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)][string]$LogName, [Parameter(Mandatory, Position = 1)][string[]]$Source)
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $LogName) {
        return
    }
    $logs = (Get-MachineState).eventLogs
    foreach ($one in $Source) {
        $owner = $logs.Keys | Where-Object { $logs[$_].sources -contains $one }
        if ($owner) {
            Write-CmdletError -Cmdlet $PSCmdlet -Message "The `"$one`" source is already registered on the `"localhost`" computer." -Id 'The source is already registered' -Category InvalidOperation
            continue
        }
        Update-MachineState {
            param($state)
            if (-not $state.eventLogs.ContainsKey($LogName)) {
                $state.eventLogs[$LogName] = @{ maxBytes = 524288; sources = @($LogName); records = 0 }
            }
            $state.eventLogs[$LogName].sources = @($state.eventLogs[$LogName].sources) + $one
        }
    }
    $log = (Get-MachineState).eventLogs[$LogName]
    if ($log) {
        Set-EventLogKey -LogName $LogName -Log $log
    }
}

function Limit-EventLog {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)][string[]]$LogName, [long]$MaximumSize, [string]$OverflowAction, [int]$RetentionDays)
    foreach ($one in $LogName) {
        if ((Test-Refusal -Cmdlet $PSCmdlet -Name $one) -or -not (Find-Log -Cmdlet $PSCmdlet -LogName $one)) {
            continue
        }
        if ($MaximumSize) {
            Update-MachineState {
                param($state)
                $state.eventLogs[$one].maxBytes = $MaximumSize
            }
            Set-EventLogKey -LogName $one -Log (Get-MachineState).eventLogs[$one]
        }
    }
}

function Clear-EventLog {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)][string[]]$LogName)
    foreach ($one in $LogName) {
        if (-not (Test-Refusal -Cmdlet $PSCmdlet -Name $one) -and (Find-Log -Cmdlet $PSCmdlet -LogName $one)) {
            Update-MachineState {
                param($state)
                $state.eventLogs[$one].records = 0
            }
        }
    }
}

function Get-WinEvent {
    [CmdletBinding(DefaultParameterSetName = 'Log')]
    param(
        [Parameter(Mandatory, ParameterSetName = 'List')][string[]]$ListLog,
        [Parameter(ParameterSetName = 'Log', Position = 0)][string[]]$LogName,
        [Parameter(ParameterSetName = 'Log')][switch]$Oldest,
        [int]$MaxEvents
    )
    if (Test-Refusal -Cmdlet $PSCmdlet -Name (@($ListLog) + $LogName)) {
        return
    }
    $logs = (Get-MachineState).eventLogs
    foreach ($pattern in $ListLog) {
        $found = @($logs.Keys | Where-Object { $_ -like $pattern })
        if ($found.Count -eq 0) {
            Write-CmdletError -Cmdlet $PSCmdlet -Message "There is not an event log on the localhost computer that matches `"$pattern`"." -Id 'NoMatchingLogsFound' -Category ObjectNotFound
        }
        foreach ($name in $found) {
            [pscustomobject]@{ LogName = $name; MaximumSizeInBytes = $logs[$name].maxBytes; RecordCount = $logs[$name].records; IsEnabled = $true }
        }
    }
    foreach ($name in $LogName) {
        $log = $logs[$name]
        if ($log -and $log.records -gt 0) {
            [pscustomobject]@{ LogName = $name; TimeCreated = [datetime]$log.since; Message = 'an event' }
            continue
        }
        Write-CmdletError -Cmdlet $PSCmdlet -Message 'No events were found that match the specified selection criteria.' -Id 'NoMatchingEventsFound' -Category ObjectNotFound
    }
}

function Find-Log {
    param($Cmdlet, [string]$LogName)
    $log = (Get-MachineState).eventLogs[$LogName]
    if (-not $log) {
        Write-CmdletError -Cmdlet $Cmdlet -Message "The Log name `"$LogName`" does not exist in the computer `"localhost`"." -Id 'Log does not exist' -Category InvalidOperation
    }
    $log
}

Export-ModuleMember -Function New-EventLog, Limit-EventLog, Clear-EventLog, Get-WinEvent
