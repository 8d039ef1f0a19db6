Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$v2 = 'C:\Program Files\Amazon\EC2Launch\EC2Launch.exe'
$v2Log = 'C:\ProgramData\Amazon\EC2Launch\log'
$v1 = 'C:\ProgramData\Amazon\EC2-Windows\Launch'
$v1Task = 'Amazon Ec2 Launch - Instance Initialization'

<#
.SYNOPSIS
Returns whether a launch agent sets up this machine at its first start: EC2Launch v2, or v1 if its task is there.
#>
function Test-LaunchAgent {
    [CmdletBinding()]
    [OutputType([bool])]
    param()
    [System.IO.File]::Exists($v2) -or (Get-MachineState).tasks.ContainsKey("\$v1Task")
}

<#
.SYNOPSIS
Makes EC2Launch v1 set up the machine at its next start.
#>
function Register-LaunchAgent {
    [CmdletBinding()]
    param()
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-NoProfile -NonInteractive -ExecutionPolicy Unrestricted -File `"$v1\Scripts\InitializeInstance.ps1`""
    Register-ScheduledTask -TaskName $v1Task -User SYSTEM -RunLevel Highest -Action $action -Force -ErrorAction Stop | Out-Null
}

<#
.SYNOPSIS
Says, as the launch agent, that the machine is set up: after the user data. `launch.silent` of the state keeps v1 from
saying so.
#>
function Complete-LaunchAgent {
    [CmdletBinding()]
    param()
    $launch = (Get-MachineState).launch
    $silent = [bool]$launch['silent']
    if ([System.IO.File]::Exists($v2)) {
        [void][System.IO.Directory]::CreateDirectory($v2Log)
        $lines = @('Info: The agent has run') + @('Error: Error running task setWallpaper: access is denied' | Where-Object { $launch['ends'] -eq 1 })
        [System.IO.File]::AppendAllLines("$v2Log\agent.log", [string[]]@($lines | ForEach-Object { "$([datetime]::UtcNow.ToString('yyyy-MM-dd HH:mm:ss')) $_" }))
    }
    Update-MachineState {
        param($state)
        [void]$state.tasks.Remove("\$v1Task")
        $state.launch.status = [int]$state.launch['ends']
        if (-not $silent) {
            $state.console = @($state.console) + 'Message: Windows is Ready to use'
        }
    }
    if ([System.IO.Directory]::Exists("$v1\Scripts")) {
        [void][System.IO.Directory]::CreateDirectory("$v1\Log")
        $lines = @('Initializing instance is done') + @('Message: Windows is Ready to use' | Where-Object { -not $silent })
        [System.IO.File]::AppendAllLines("$v1\Log\Ec2Launch.log", [string[]]@($lines | ForEach-Object { "$([datetime]::UtcNow.ToString('yyyy/MM/dd HH:mm:ss'))Z: $_" }))
    }
}

Export-ModuleMember -Function Test-LaunchAgent, Register-LaunchAgent, Complete-LaunchAgent
