Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# A script's pauses take a part of their time only; its clock moves on by all of it, or by the `pace` of the state times
# as much.
$clock = @{ Ahead = [timespan]::Zero }

function Start-Sleep {
    [CmdletBinding(DefaultParameterSetName = 'Seconds')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Seconds')][Alias('s')][double]$Seconds,
        [Parameter(Mandatory, ParameterSetName = 'Milliseconds')][Alias('m', 'ms')][int]$Milliseconds
    )
    $pause = [timespan]::FromMilliseconds($Milliseconds + 1000 * $Seconds)
    $real = $pause / 10
    [System.Threading.Thread]::Sleep($real)
    $pace = (Get-MachineState)['pace']
    $clock.Ahead += $pause * $(if ($pace) { $pace } else { 1 }) - $real
}

function Get-Date {
    [CmdletBinding()]
    param([Parameter(Position = 0)][datetime]$Date, [string]$Format, [string]$UFormat)
    if (-not $PSBoundParameters.ContainsKey('Date')) {
        $PSBoundParameters['Date'] = [datetime]::Now + $clock.Ahead
    }
    Microsoft.PowerShell.Utility\Get-Date @PSBoundParameters
}

Export-ModuleMember -Function Start-Sleep, Get-Date
