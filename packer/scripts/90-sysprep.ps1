Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Only schedules generalizing, because a connection that breaks during the last step would fail the build. In a minute
# Packer has disconnected.
Invoke-Step -Name '90-sysprep' -FailureClass 'sysprep' -Script {
    $script = Get-WorkPath 'sysprep\generalize.ps1'
    $task = @{
        TaskName = 'eks-windows-images-generalize'
        User     = 'SYSTEM'
        RunLevel = 'Highest'
        Action   = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$script`""
        Trigger  = New-ScheduledTaskTrigger -Once -At (Get-Date).AddMinutes(1)
        Settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit (New-TimeSpan -Hours 1) -StartWhenAvailable
        Force    = $true
    }
    Register-ScheduledTask @task | Out-Null
    'This machine generalizes and stops itself in a minute.'
}
