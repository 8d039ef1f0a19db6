Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# The scheduled task of 90-sysprep: takes away what the build left, generalizes, and stops the machine only if Windows says it is sealed.
# Nobody is connected any more: what fails is said on the serial console, and the machine keeps running.
$work = Split-Path -Path $PSScriptRoot -Parent
Import-Module -Name "$work\modules\EksWindowsImages\EksWindowsImages.psd1"

try {
    Get-ChildItem -Path WSMan:\localhost\Listener | Remove-Item -Recurse
    Set-Item -Path WSMan:\localhost\MaxTimeoutms -Value 60000 -Force
    Get-ChildItem -Path Cert:\LocalMachine\My | Where-Object { $_.Subject -eq 'CN=eks-windows-images' } | Remove-Item
    Remove-NetFirewallRule -Name 'eks-windows-images-winrm'
    Stop-Service -Name WinRM -Force

    $leftovers = @(
        "$env:SystemRoot\Temp\packer-*"
        "$env:SystemRoot\Temp\script-*"
        "$env:SystemRoot\Temp\winrmcp-*"
        "$env:SystemRoot\Panther\unattend.xml"
        "$env:SystemDrive\Users\*\AppData\Local\Temp\winrmcp-*"
        "$env:SystemDrive\Users\*\AppData\Roaming\Microsoft\Windows\PowerShell\PSReadLine\*_history.txt"
        "$env:SystemDrive\Users\*\Documents\PowerShell_transcript*"
        $work
    )
    foreach ($pattern in $leftovers) {
        Get-Item -Path $pattern -Force -ErrorAction SilentlyContinue | Remove-Item -Recurse -Force
    }
    Unregister-ScheduledTask -TaskName 'eks-windows-images-generalize' -Confirm:$false

    # EC2Launch v2 is on Windows 2022 and later, v1 on 2019. Neither stops the machine here.
    $launch = Join-Path -Path $env:ProgramFiles -ChildPath 'Amazon\EC2Launch\EC2Launch.exe'
    if (Test-Path -Path $launch) {
        Invoke-Native -FilePath $launch -ArgumentList @('sysprep', '--clean') | Out-Null
    }
    else {
        $launch = Join-Path -Path $env:ProgramData -ChildPath 'Amazon\EC2-Windows\Launch\Scripts'
        foreach ($script in @('InitializeInstance.ps1', '-Schedule'), @('SysprepInstance.ps1', '-NoShutdown')) {
            $arguments = @('-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', (Join-Path -Path $launch -ChildPath $script[0]), $script[1])
            Invoke-Native -FilePath 'powershell.exe' -ArgumentList $arguments | Out-Null
        }
    }

    $deadline = (Get-Date).AddMinutes(30)
    while ((Get-ImageState) -ne 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE') {
        if ((Get-Date) -gt $deadline) {
            throw "Windows is not generalized after 30 minutes, its state is $(Get-ImageState)."
        }
        Start-Sleep -Seconds 5
    }
}
catch {
    Write-SerialLine -Line (Get-FailureLine -Name '90-sysprep' -FailureClass 'sysprep' -Exception $_.Exception)
    exit 1
}
Stop-Computer -Force
