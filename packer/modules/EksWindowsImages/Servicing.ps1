Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Waits until Windows has finished installing, at most for SERVICING_MINUTES.
.DESCRIPTION
The Update Agent returns while the Modules Installer is still working. A restart at that moment takes longer or makes
Windows roll the updates back. Its worker, TiWorker, starts anew for each piece of work, so it must be absent for a
minute. Its service, TrustedInstaller, does not count: it stays for minutes without any work.
#>
function Wait-Servicing {
    [CmdletBinding()]
    param()
    $minutes = [int](Get-Setting 'SERVICING_MINUTES')
    $deadline = (Get-Date).AddMinutes($minutes)
    $quietLooks = 0
    while ($true) {
        $quietLooks++
        if (@(Get-Process -Name 'TiWorker' -ErrorAction SilentlyContinue).Count -gt 0) {
            $quietLooks = 0
        }
        if ($quietLooks -gt 6) {
            return
        }
        if ((Get-Date) -gt $deadline) {
            Write-Warning "Windows' Modules Installer has not come to rest in $minutes minutes."
            return
        }
        Start-Sleep -Seconds 10
    }
}

<#
.SYNOPSIS
Returns the registry keys by which Windows requests a restart; nothing if it needs none.
#>
function Get-PendingRestart {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $keys = @(
        'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
        'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
    )
    $keys | Where-Object { Test-Path -Path $_ }
}

<#
.SYNOPSIS
Runs a program whose success an image does not depend on: a failure, or not ending before the deadline, is a warning.
.DESCRIPTION
At the deadline the program is stopped, so that the step can go on.
#>
function Invoke-Upkeep {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$FilePath,
        [Parameter(Mandatory)][string[]]$ArgumentList,
        [Parameter(Mandatory)][datetime]$Deadline
    )
    try {
        $process = Start-Native -FilePath $FilePath -ArgumentList $ArgumentList
        while (-not $process.WaitForExit(5000)) {
            if ((Get-Date) -gt $Deadline) {
                $process.Kill()
                throw 'it has not ended in time and is stopped.'
            }
        }
        # 3010: done, and Windows would like a restart.
        if (@(0, 3010) -notcontains $process.ExitCode) {
            throw ('it exited with 0x{0:x8}.' -f $process.ExitCode)
        }
        "$FilePath $ArgumentList has ended."
    }
    catch {
        Write-Warning "$FilePath $ArgumentList failed: $($_.Exception.Message)"
    }
}
