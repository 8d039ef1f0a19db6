# A start of the machine: runs with the prelude, as SYSTEM. Prints as JSON what ran: the user data and start-up tasks.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$first = (Get-MachineState).generalized
Update-MachineState {
    param($state)
    $state.boots++
    [void]$state.Remove('power')
    $state.bootedAt = [datetime]::Now.ToString('o')
    $state.pendingRestarts = [math]::Max(0, $state.pendingRestarts - 1)
    foreach ($update in @($state.updates | Where-Object { $_['waits'] })) {
        $update.waits = $false
        $update.installed = $true
        if ($update.kb) {
            $state.hotfixes = @($state.hotfixes) + "KB$($update.kb)"
        }
        if ($update['raisesTo']) {
            $state.osBuild = $update.raisesTo
        }
    }
    foreach ($name in @($state.features.Keys)) {
        if ($state.features[$name] -eq 'InstallPending') {
            $state.features[$name] = 'Installed'
        }
    }
    Add-ServiceOfFeature -State $state
    foreach ($name in @($state.services.Keys)) {
        $state.services[$name].status = 'Stopped'
    }
    # Windows writes down each start.
    foreach ($log in @($state.eventLogs.Keys | Where-Object { @('Application', 'Security', 'System') -contains $_ })) {
        $state.eventLogs[$log].records++
        if (-not $state.eventLogs[$log]['since']) {
            $state.eventLogs[$log].since = $state.bootedAt
        }
    }
    if ($state.generalized) {
        $state.launch.status = 2
        $state.generalized = $false
        $state.imageState = 'IMAGE_STATE_COMPLETE'
        $state.password = [guid]::NewGuid().ToString('N')
    }
}
Set-MachineRegistry
Set-PageFile
if ($first) {
    Write-SetupLog
}
$services = (Get-MachineState).services
foreach ($name in $services.Keys) {
    if ($services[$name].startMode -eq 'Auto') {
        Switch-Service -Name $name -Status Running
    }
}

$ran = [ordered]@{ userData = $null; tasks = @() }
if ($first -and (Test-LaunchAgent)) {
    $userData = 'C:\windows-model\user-data.ps1'
    if (Test-Path -LiteralPath $userData) {
        # The launch agent runs user data as SYSTEM and goes on whatever becomes of it.
        $output = & $env:PROGRAM_POWERSHELL -NoProfile -NonInteractive -ExecutionPolicy Bypass -File $userData 2>&1
        $ran.userData = [ordered]@{ exitCode = $LASTEXITCODE; output = @($output | ForEach-Object { "$_" }) }
    }
    Complete-LaunchAgent
}
$ran.tasks = @(Start-DueTask -Trigger BootTrigger)
ConvertTo-Json -InputObject $ran -Depth 4
exit 0
