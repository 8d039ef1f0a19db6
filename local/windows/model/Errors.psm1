Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Writes the error of a modelled cmdlet as its real counterpart would.
.DESCRIPTION
A compiled cmdlet obeys its caller's $ErrorActionPreference. One that is CDXML (ScheduledTasks, NetSecurity, Storage,
Defender ...) does not see it: its errors end nothing unless -ErrorAction Stop is given (PowerShell#4568).
.PARAMETER Cmdlet
$PSCmdlet of the modelled cmdlet.
#>
function Write-CmdletError {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]$Cmdlet,
        [Parameter(Mandatory)][string]$Message,
        [string]$Id = 'WindowsModel',
        [System.Management.Automation.ErrorCategory]$Category = 'NotSpecified',
        $Target = $null,
        [switch]$Cdxml,
        [switch]$Terminating
    )
    # Not this module's: it would end the modelled cmdlet whatever its caller prefers.
    $ErrorActionPreference = 'Continue'
    $exception = [System.InvalidOperationException]::new($Message)
    if ($Cdxml) {
        $exception = [Microsoft.Management.Infrastructure.CimException]::new($Message)
    }
    $record = [System.Management.Automation.ErrorRecord]::new($exception, $Id, $Category, $Target)
    if ($Terminating) {
        $Cmdlet.ThrowTerminatingError($record)
    }
    if ($Cdxml -or $Cmdlet.MyInvocation.BoundParameters.ContainsKey('ErrorAction')) {
        $Cmdlet.WriteError($record)
        return
    }
    switch ("$($Cmdlet.SessionState.PSVariable.GetValue('ErrorActionPreference'))") {
        'Stop' { $Cmdlet.ThrowTerminatingError($record) }
        'Continue' { $Cmdlet.WriteError($record) }
    }
}

<#
.SYNOPSIS
Returns whether the state refuses this call of a modelled cmdlet, and if so writes the refusal's error.
.PARAMETER Name
What the cmdlet is about, such as the name of a service. A refusal with `target` applies to that name only.
#>
function Test-Refusal {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)]$Cmdlet,
        [string[]]$Name = @(),
        [switch]$Cdxml,
        [switch]$Terminating
    )
    $refusal = Use-Refusal -Command $Cmdlet.MyInvocation.MyCommand.Name -Name $Name
    if ($null -eq $refusal) {
        return $false
    }
    Write-CmdletError -Cmdlet $Cmdlet -Message $refusal.message -Cdxml:$Cdxml -Terminating:$Terminating
    $true
}

<#
.SYNOPSIS
Returns the refusal of a command and counts its use; nothing if it is not refused.
#>
function Use-Refusal {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Command,
        [string[]]$Name = @()
    )
    $applies = {
        param($refusal)
        $refusal.command -eq $Command -and (-not $refusal.Contains('target') -or $Name -contains $refusal.target)
    }
    $found = @((Get-MachineState).refusals | Where-Object { & $applies $_ }) | Select-Object -First 1
    if (-not $found -or -not $found.Contains('times')) {
        return $found
    }
    Update-MachineState {
        param($state)
        $counted = @($state.refusals | Where-Object { & $applies $_ })[0]
        $counted.times--
        $state.refusals = @($state.refusals | Where-Object { -not $_.Contains('times') -or $_.times -gt 0 })
    }
    $found
}

Export-ModuleMember -Function Write-CmdletError, Test-Refusal, Use-Refusal
