Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Get-DumpPattern {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    "$env:SystemRoot\MEMORY.DMP"
    "$env:SystemRoot\Minidump\*"
    "$env:SystemRoot\LiveKernelReports\*.dmp"
    "$env:SystemRoot\System32\config\systemprofile\AppData\Local\CrashDumps\*"
    "$env:SystemDrive\Users\*\AppData\Local\CrashDumps\*"
    "$env:ProgramData\Microsoft\Windows\WER\ReportArchive\*"
    "$env:ProgramData\Microsoft\Windows\WER\ReportQueue\*"
}

<#
.SYNOPSIS
Deletes what this machine has logged, dumped, downloaded and left in temporary directories, which every machine of the
image would inherit: event logs, logs of SSM and of EC2Launch v1, dumps, downloads of Windows Update.
.DESCRIPTION
EC2Launch v2 deletes its own logs (`--clean`). What is in use stays, with a warning: an image is not bad because of it.
#>
function Clear-BuildTrace {
    [CmdletBinding()]
    param()
    foreach ($name in 'AmazonSSMAgent', 'wuauserv') {
        try {
            Get-Service -Name $name -ErrorAction SilentlyContinue | Stop-Service -Force
        }
        catch {
            Write-Warning "Stopping ${name}: $($_.Exception.Message)"
        }
    }
    $files = @(
        Get-DumpPattern
        "$env:ProgramData\Amazon\SSM\Logs\*"
        "$env:ProgramData\Amazon\EC2-Windows\Launch\Log\*"
        "$env:SystemRoot\SoftwareDistribution\Download\*"
        "$env:SystemRoot\Temp\*"
        "$env:SystemDrive\Users\*\AppData\Local\Temp\*"
    )
    foreach ($file in @(Get-Item -Path $files -Force -ErrorAction SilentlyContinue)) {
        try {
            Remove-Item -LiteralPath $file.FullName -Recurse -Force
        }
        catch {
            Write-Warning "$($file.FullName) stays: $($_.Exception.Message)"
        }
    }
    $logs = @()
    try {
        $logs = @(Invoke-Native -FilePath 'wevtutil.exe' -ArgumentList @('enum-logs'))
    }
    catch {
        Write-Warning "No event log is cleared: $($_.Exception.Message)"
    }
    foreach ($log in $logs) {
        try {
            Invoke-Native -FilePath 'wevtutil.exe' -ArgumentList @('clear-log', $log) | Out-Null
        }
        catch {
            # Logs for tracing cannot be cleared while they are enabled.
            Write-Warning "The event log $log stays: $($_.Exception.Message)"
        }
    }
}

<#
.SYNOPSIS
Describes the events and dumps of the machine that the image was made from.
.PARAMETER Before
When the image was nearly finished. Whatever is older comes from that machine.
#>
function Get-BuildTrace {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][datetime]$Before)
    foreach ($log in 'Application', 'Security', 'System') {
        $oldest = Get-WinEvent -LogName $log -Oldest -MaxEvents 1 -ErrorAction SilentlyContinue
        if ($oldest -and $oldest.TimeCreated -lt $Before) {
            "events in $log since $($oldest.TimeCreated.ToString('s'))"
        }
    }
    Get-Item -Path (Get-DumpPattern) -Force -ErrorAction SilentlyContinue |
        Where-Object { $_.LastWriteTime -lt $Before } |
        ForEach-Object { $_.FullName }
}
