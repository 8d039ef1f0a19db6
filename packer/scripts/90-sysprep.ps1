Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Only schedules generalizing, because a connection that breaks during the last step would fail the build. In a minute
# Packer has disconnected.
Invoke-Step -Name '90-sysprep' -FailureClass 'sysprep' -Script {
    $script = Get-WorkPath 'sysprep\generalize.ps1'
    $name = 'eks-windows-images-generalize'
    $task = @{
        TaskName = $name
        User     = 'SYSTEM'
        RunLevel = 'Highest'
        Action   = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$script`""
        Trigger  = New-ScheduledTaskTrigger -Once -At (Get-Date).AddMinutes(1)
        # The default priority, 7, also lowers that of the task's disk accesses.
        Settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit (New-TimeSpan -Hours 1) -StartWhenAvailable -Priority 4
        Force    = $true
    }
    Register-ScheduledTask @task -ErrorAction Stop | Out-Null
    $made = Get-ScheduledTask -TaskName $name -ErrorAction SilentlyContinue
    if (-not $made) {
        throw "The task $name, which generalizes Windows, was registered and is not there."
    }
    if ("$($made.State)" -ne 'Ready' -or @($made.Triggers).Count -ne 1) {
        throw "The task $name, which generalizes Windows, is $($made.State) with $(@($made.Triggers).Count) triggers instead of ready with one."
    }
    'This machine generalizes and stops itself in a minute.'
}
