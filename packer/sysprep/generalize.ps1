Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Runs as the scheduled task of 90-sysprep: removes what the build left, generalizes Windows, and stops the machine only
# if Windows reports that it is sealed. Packer is no longer connected: a failure goes to the serial console, and the
# machine keeps running.

# Shorter than the task's limit of one hour, so that a timeout can still be reported.
$deadline = (Get-Date).AddMinutes(45)

# Does not use the module, because a module that cannot be loaded is one of the failures to report.
function Write-Failure {
    [CmdletBinding()]
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Message)
    $cause = ($Message -replace '[^\x20-\x7E]+', ' ').Trim()
    if ($cause.Length -gt 400) {
        $cause = $cause.Substring(0, 400)
    }
    $port = New-Object -TypeName System.IO.Ports.SerialPort -ArgumentList 'COM1', 115200
    $port.WriteTimeout = 10000
    # The launch agent writes to COM1 too, and only one process can open it at a time.
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
        # By path: in a pipeline Remove-Item lacks -DeleteKey, without which the file of the private key stays.
        Remove-Item -Path "Cert:\LocalMachine\My\$($certificate.Thumbprint)" -DeleteKey
    }
    foreach ($rule in @(Get-NetFirewallRule -Name 'eks-windows-images-*' -ErrorAction SilentlyContinue)) {
        Remove-NetFirewallRule -Name $rule.Name -ErrorAction Stop
    }
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
        # Another process, such as Defender, may have such a file open for a moment.
        Invoke-WithRetry -Activity "Removing $pattern" -MaximumAttempts 5 -DelaySeconds 2 -Script {
            Get-Item -Path $pattern -Force -ErrorAction SilentlyContinue | Remove-Item -Recurse -Force
        }
    }
    Unregister-ScheduledTask -TaskName 'eks-windows-images-generalize' -Confirm:$false -ErrorAction Stop
    Clear-BuildTrace

    # EC2Launch v2 is on Windows 2022 and later, v1 on 2019. Neither stops the machine here. This script does not block
    # on either of them, so that it can report one that hangs.
    $launch = Join-Path -Path $env:ProgramFiles -ChildPath 'Amazon\EC2Launch\EC2Launch.exe'
    if (Test-Path -Path $launch) {
        $wait = @()
        if ([version]$installed.version -lt [version]'2.0.1521') {
            # Since 2.0.1521 of July 2023 neither command needs --block to wait for the agent's service (EC2 user guide,
            # EC2Launch v2 version history). AWS's ContainersLatest images, the last of April 2023, have an older
            # version.
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
        # Read before the state: the state then includes what an ended process has done.
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
        # A refusal at the start of sysprep does not change the state, and an agent may end before sysprep starts.
        if ((Get-Date) -gt $quietUntil) {
            $refusal = "Windows is not generalized and nothing generalizes it any more: its state is $state."
        }
        if ($refusal -and -not $running) {
            # 85-appx compares names only; an app updated for a user has the name of the provisioned one (Microsoft
            # KB2769827).
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
