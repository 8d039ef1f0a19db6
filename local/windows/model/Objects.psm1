Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Returns the model's object for a COM class or .NET class that this Windows lacks, else what New-Object returns.
#>
function New-Object {
    [CmdletBinding(DefaultParameterSetName = 'Net')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Net')][string]$TypeName,
        [Parameter(Position = 1, ParameterSetName = 'Net')][object[]]$ArgumentList,
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Com')][string]$ComObject,
        [Parameter(ParameterSetName = 'Com')][switch]$Strict,
        [System.Collections.IDictionary]$Property
    )
    $modelled = $ComObject -like 'Microsoft.Update.*' -or $ComObject -eq 'Schedule.Service'
    if ($modelled -and (Test-Refusal -Cmdlet $PSCmdlet -Name $ComObject -Terminating)) {
        return
    }
    if ($ComObject -like 'Microsoft.Update.*') {
        return , (New-UpdateAgentObject -ProgId $ComObject)
    }
    if ($ComObject -eq 'Schedule.Service') {
        return , (New-TaskService)
    }
    if ($TypeName -eq 'System.IO.Ports.SerialPort') {
        return New-SerialPort
    }
    , (Microsoft.PowerShell.Utility\New-Object @PSBoundParameters)
}

<#
.SYNOPSIS
Returns a serial port. Its lines are those of the console that EC2 shows: `console` of the state.
#>
function New-SerialPort {
    [CmdletBinding()]
    param()
    $port = [pscustomobject]@{ WriteTimeout = -1; IsOpen = $false }
    $port | Add-Member -MemberType ScriptMethod -Name Open -Value {
        if (Use-Refusal -Command 'SerialPort.Open') {
            throw [System.UnauthorizedAccessException]::new("Access to the port 'COM1' is denied.")
        }
        $this.IsOpen = $true
    }
    $port | Add-Member -MemberType ScriptMethod -Name WriteLine -Value {
        param($text)
        if (-not $this.IsOpen) {
            throw [System.InvalidOperationException]::new('The port is closed.')
        }
        Update-MachineState {
            param($state)
            $state.console = @($state.console) + @("$text" -split '\r?\n' | ForEach-Object { $_.TrimEnd("`r") } | Where-Object { $_ })
        }
    }
    $port | Add-Member -MemberType ScriptMethod -Name Close -Value { $this.IsOpen = $false }
    $port
}

Export-ModuleMember -Function New-Object
