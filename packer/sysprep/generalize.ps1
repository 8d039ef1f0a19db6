Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# The scheduled task of 90-sysprep: takes away what the build left, generalizes, and stops the machine only if Windows says it is sealed.
# Nobody is connected any more: what fails is said on the serial console, and the machine keeps running.

# Below the hour that the task has: what takes too long must still be able to say so.
$deadline = (Get-Date).AddMinutes(45)

# Without the module: that it cannot be loaded is one of the things to say.
function Write-Failure {
    [CmdletBinding()]
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Message)
    $cause = ($Message -replace '[^\x20-\x7E]+', ' ').Trim()
    if ($cause.Length -gt 400) {
        $cause = $cause.Substring(0, 400)
    }
    $port = New-Object -TypeName System.IO.Ports.SerialPort -ArgumentList 'COM1', 115200
    $port.WriteTimeout = 10000
    # The launch agent writes to COM1 too, and it opens for one at a time.
    for ($attempt = 1; $attempt -le 30; $attempt++) {
        try {
            $port.Open()
            $port.WriteLine("`r`nEKSWIN-FAILED sysprep 90-sysprep: $cause`r")
            return
        }
        catch {
            Start-Sleep -Seconds 5
        }
        finally {
            $port.Close()
        }
    }
}

try {
    $work = Split-Path -Path $PSScriptRoot -Parent
    Import-Module -Name "$work\modules\EksWindowsImages\EksWindowsImages.psd1"

    $installed = Read-Json -Path "$work\output\launch-agent.json"

    Get-ChildItem -Path WSMan:\localhost\Listener | Remove-Item -Recurse
    foreach ($certificate in @(Get-ChildItem -Path Cert:\LocalMachine\My | Where-Object { $_.Subject -eq 'CN=eks-windows-images' })) {
        # With its path: down the pipeline Remove-Item does not know -DeleteKey, without which the file of the private key stays.
        Remove-Item -Path "Cert:\LocalMachine\My\$($certificate.Thumbprint)" -DeleteKey
    }
    Remove-NetFirewallRule -Name 'eks-windows-images-winrm'
    Stop-Service -Name WinRM -Force

    $leftovers = @(
        "$env:SystemRoot\Temp\packer-*"
        "$env:SystemRoot\Temp\script-*"
        "$env:SystemRoot\Temp\winrmcp-*"
        "$env:SystemRoot\Panther\unattend.xml"
        "$env:SystemRoot\System32\Sysprep\Panther\setuperr.log"
        "$env:SystemDrive\Users\*\AppData\Local\Temp\winrmcp-*"
        "$env:SystemDrive\Users\*\AppData\Roaming\Microsoft\Windows\PowerShell\PSReadLine\*_history.txt"
        "$env:SystemDrive\Users\*\Documents\PowerShell_transcript*"
        $work
    )
    foreach ($pattern in $leftovers) {
        # Somebody may have such a file open for a moment, such as Defender.
        Invoke-WithRetry -Activity "Removing $pattern" -MaximumAttempts 5 -DelaySeconds 2 -Script {
            Get-Item -Path $pattern -Force -ErrorAction SilentlyContinue | Remove-Item -Recurse -Force
        }
    }
    Unregister-ScheduledTask -TaskName 'eks-windows-images-generalize' -Confirm:$false

    # EC2Launch v2 is on Windows 2022 and later, v1 on 2019. Neither stops the machine here. Neither is waited for: one that hangs could say
    # nothing.
    $launch = Join-Path -Path $env:ProgramFiles -ChildPath 'Amazon\EC2Launch\EC2Launch.exe'
    if (Test-Path -Path $launch) {
        $wait = @()
        if ([version]$installed.version -lt [version]'2.0.1521') {
            # Since then neither command needs --block to wait for the agent's service (EC2 user guide, EC2Launch v2 version history). AWS's
            # ContainersLatest images, the last of which are of April 2023, have an older one: 2.0.1521 is of July 2023.
            $wait = @('--block')
            $reset = Start-Native -FilePath $launch -ArgumentList (@('reset', '--clean') + $wait)
            while (-not $reset.HasExited) {
                if ((Get-Date) -gt $deadline) {
                    throw 'EC2Launch is not reset after 45 minutes.'
                }
                Start-Sleep -Seconds 5
            }
            if ($reset.ExitCode -ne 0) {
                throw "EC2Launch.exe reset exited with $($reset.ExitCode)."
            }
        }
        $program = $launch
        $arguments = @('sysprep', '--clean') + $wait
    }
    else {
        $launch = Join-Path -Path $env:ProgramData -ChildPath 'Amazon\EC2-Windows\Launch\Scripts'
        $run = @('-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File')
        Invoke-Native -FilePath 'powershell.exe' -ArgumentList ($run + @("$launch\InitializeInstance.ps1", '-Schedule')) | Out-Null
        $program = 'powershell.exe'
        $arguments = $run + @("$launch\SysprepInstance.ps1", '-NoShutdown')
    }
    $agent = Start-Native -FilePath $program -ArgumentList $arguments

    $hasStartedAgain = $false
    $quietUntil = (Get-Date).AddMinutes(5)
    while ($true) {
        # Looked at first: what ended before a look at the state is in the state.
        $running = -not $agent.HasExited -or @(Get-Process -Name 'sysprep' -ErrorAction SilentlyContinue).Count -gt 0
        if ($running) {
            $quietUntil = (Get-Date).AddMinutes(5)
        }
        $state = Get-ImageState
        if ($state -eq 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE' -and -not $running) {
            break
        }
        # While sysprep runs, UNDEPLOYABLE only means that it has not finished; afterwards, that it has failed.
        if ($state -eq 'IMAGE_STATE_UNDEPLOYABLE' -and -not $running) {
            throw "Windows cannot be generalized, its state is $state; the agent exited with $($agent.ExitCode). $(Get-SysprepError)"
        }
        $refusal = ''
        if ($agent.HasExited -and $agent.ExitCode -ne 0) {
            $refusal = "The launch agent exited with $($agent.ExitCode) instead of generalizing Windows, whose state is $state."
        }
        # What sysprep refuses before it begins leaves the state alone, and an agent may end before sysprep has started.
        if ((Get-Date) -gt $quietUntil) {
            $refusal = "Windows is not generalized and nothing generalizes it any more: its state is $state."
        }
        if ($refusal -and -not $running) {
            # 85-appx knows apps by their names; one that was updated for a user bears the name of a provisioned one (Microsoft KB2769827).
            $apps = @(Get-AppInTheWay)
            if ($hasStartedAgain -or $apps.Count -eq 0) {
                throw "$refusal $(Get-SysprepError)"
            }
            foreach ($app in $apps) {
                Remove-AppxPackage -AllUsers -Package $app
            }
            Invoke-WithRetry -Activity 'Removing the log of sysprep' -MaximumAttempts 5 -DelaySeconds 2 -Script {
                Remove-Item -Path "$env:SystemRoot\System32\Sysprep\Panther\setuperr.log" -Force
            }
            $agent = Start-Native -FilePath $program -ArgumentList $arguments
            $hasStartedAgain = $true
            $quietUntil = (Get-Date).AddMinutes(5)
        }
        if ((Get-Date) -gt $deadline) {
            throw "Windows is not generalized after 45 minutes: its state is $state. $(Get-SysprepError)"
        }
        Start-Sleep -Seconds 5
    }
    Invoke-Native -FilePath 'shutdown.exe' -ArgumentList @('/s', '/t', '0')
}
catch {
    Write-Failure -Message $_.Exception.Message
    exit 1
}
