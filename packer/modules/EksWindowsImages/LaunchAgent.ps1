Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Returns the path of EC2Launch v2, whether it is there or not. Windows 2019 may have v1 instead.
#>
function Get-LaunchAgentPath {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    Join-Path -Path $env:ProgramFiles -ChildPath 'Amazon\EC2Launch\EC2Launch.exe'
}

<#
.SYNOPSIS
Returns the name of the launch agent in versions.json, its version, and the path by which it is known; throws if there
is none.
.DESCRIPTION
The agent generalizes the image and sets up its instances: EC2Launch v1 on Windows 2019, v2 later.
#>
function Get-LaunchAgent {
    [CmdletBinding()]
    param()
    $agent = Get-LaunchAgentPath
    if (Test-Path -Path $agent) {
        return [pscustomobject]@{ Name = 'ec2launch-v2'; Path = $agent; Version = Get-ProgramVersion -Path $agent -ArgumentList 'version' }
    }
    $launch = Join-Path -Path $env:ProgramData -ChildPath 'Amazon\EC2-Windows\Launch'
    $agent = Join-Path -Path $launch -ChildPath 'Scripts\SysprepInstance.ps1'
    if (-not (Test-Path -Path $agent)) {
        throw 'The base has neither EC2Launch v2 nor v1.'
    }
    $version = (Test-ModuleManifest -Path (Join-Path -Path $launch -ChildPath 'Module\Ec2Launch.psd1')).Version
    [pscustomobject]@{ Name = 'ec2launch-v1'; Path = $agent; Version = $version }
}

<#
.SYNOPSIS
Returns the path of the launch agent's log.
#>
function Get-LaunchLogPath {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $logs = @{
        'ec2launch-v2' = 'Amazon\EC2Launch\log\agent.log'
        'ec2launch-v1' = 'Amazon\EC2-Windows\Launch\Log\Ec2Launch.log'
    }
    Join-Path -Path $env:ProgramData -ChildPath $logs[(Get-LaunchAgent).Name]
}

<#
.SYNOPSIS
Waits for the launch agent to finish and returns how it ended: the exit code of its `status` (0: all tasks ran, 1: one
failed; null for v1, which has no such command) and the last lines of its log that report an error.
#>
function Get-LaunchState {
    [CmdletBinding()]
    param()
    $agent = Get-LaunchAgent
    $status = $null
    if ($agent.Name -eq 'ec2launch-v2') {
        $status = Get-LaunchStatus
    }
    [ordered]@{
        name    = $agent.Name
        version = "$($agent.Version)"
        status  = $status
        errors  = @(Select-String -Path (Get-LaunchLogPath) -Pattern '\berror\b' | Select-Object -Last 20 | ForEach-Object { "$($_.Line)" })
    }
}

<#
.SYNOPSIS
Waits until EC2Launch v2 has finished and returns its status.
.DESCRIPTION
The exit code of `EC2Launch.exe status` (EC2 user guide, EC2Launch v2 settings): 0 it ran and succeeded, 1 it ran and a
task failed, 2 it is running, 3 its state is unknown, 4 its state cannot be read, 5 nothing is known of its last run.
#>
function Get-LaunchStatus {
    [CmdletBinding()]
    [OutputType([int])]
    param()
    $process = Start-Native -FilePath (Get-LaunchAgentPath) -ArgumentList @('status', '--block')
    [void]$process.WaitForExit()
    $process.ExitCode
}

<#
.SYNOPSIS
Returns the last error that EC2Launch v2 logged; empty if there is none.
#>
function Get-LaunchError {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    # Lines such as `2025-12-17 21:08:30 Error: Error initializing ...`.
    $lines = Get-Content -Path "$env:ProgramData\Amazon\EC2Launch\log\agent.log" -ErrorAction SilentlyContinue
    "$($lines | Where-Object { $_ -match '^\S+ \S+ Error: ' } | Select-Object -Last 1)"
}

<#
.SYNOPSIS
Returns the status with which EC2Launch v2 ended on the base: the worst that its image may have. It is 0 if the report
does not tell, such as that of an older recipe.
.PARAMETER Report
The report of the image.
#>
function Get-BaseLaunchStatus {
    [CmdletBinding()]
    [OutputType([int])]
    param([Parameter(Mandatory)]$Report)
    if ($Report.PSObject.Properties['launchAgent'] -and $Report.launchAgent.status) {
        return $Report.launchAgent.status
    }
    0
}

<#
.SYNOPSIS
Waits for the launch agent to finish and returns what it tells: its Status (null for v1), and LogAt (v2, null without a
log) or Line (v1), from which Get-LaunchEnd knows when it finished. Throws if v1 does not finish.
.DESCRIPTION
v2 is finished with the last line of its log. Asking v2 for its status may write one more: if the answer comes at once,
what counts is the log as it was before. v1 has no status and goes on after the user data that opened WinRM, so its log
is read until it says that Windows is ready.
#>
function Wait-LaunchAgent {
    [CmdletBinding()]
    param()
    if (Test-Path -Path (Get-LaunchAgentPath)) {
        $log = "$env:ProgramData\Amazon\EC2Launch\log\agent.log"
        $before = Get-WriteTime -Path $log
        $asked = [System.Diagnostics.Stopwatch]::StartNew()
        $status = Get-LaunchStatus
        $hadToWait = $asked.Elapsed.TotalSeconds -ge 5
        $after = Get-WriteTime -Path $log
        return [pscustomobject]@{ Status = $status; LogAt = ($before, $after)[[int]$hadToWait] }
    }
    Invoke-WithRetry -Activity 'Waiting for EC2Launch' -MaximumAttempts 6 -DelaySeconds 10 -Script {
        $log = "$env:ProgramData\Amazon\EC2-Windows\Launch\Log\Ec2Launch.log"
        $ready = @(Select-String -Path $log -Pattern 'Windows is Ready to use' -SimpleMatch)
        Assert-That -Condition ($ready.Count -gt 0) -Message 'EC2Launch has not said that Windows is ready.'
        [pscustomobject]@{ Status = $null; Line = $ready[-1].Line }
    }
}

function Get-WriteTime {
    [CmdletBinding()]
    [OutputType([datetime])]
    param([Parameter(Mandatory)][string]$Path)
    Get-Item -Path $Path -ErrorAction SilentlyContinue | ForEach-Object { $_.LastWriteTimeUtc }
}

<#
.SYNOPSIS
Returns when the launch agent finished, in UTC.
.PARAMETER Waited
What Wait-LaunchAgent has returned. A line of v1 is like `2026/11/10 17:40:43Z: Message: Windows is Ready to use`.
#>
function Get-LaunchEnd {
    [CmdletBinding()]
    [OutputType([datetime])]
    param([Parameter(Mandatory)]$Waited)
    if ($Waited.PSObject.Properties['Line']) {
        $time = [string]($Waited.Line -replace 'Z: .*$')
        $styles = [System.Globalization.DateTimeStyles]'AssumeUniversal, AdjustToUniversal'
        return [datetime]::ParseExact($time, 'yyyy/MM/dd HH:mm:ss', [cultureinfo]::InvariantCulture, $styles)
    }
    Assert-That -Condition ($null -ne $Waited.LogAt) -Message 'EC2Launch has no log.'
    $Waited.LogAt
}
