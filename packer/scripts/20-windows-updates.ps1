Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Installs one round of updates as SYSTEM. Packer restarts the machine once after each round and then starts the next.
# If Windows needs one more restart, it gets it after the next round.
Invoke-Step -Name '20-windows-updates' -FailureClass 'updates' -Script {
    $session = New-UpdateSession
    $offers = @(Find-OfferedUpdate -Session $session -DeniedUpdate @(Get-ListSetting 'DENIED_UPDATES'))
    $offers | Where-Object { $_.LeftOut } | ForEach-Object { "Leaving out $($_.Update.Title): $($_.LeftOut)" }
    $updates = @($offers | Where-Object { -not $_.LeftOut } | ForEach-Object { $_.Update })
    if ($updates.Count -eq 0) {
        'Nothing applicable is left.'
        Wait-Servicing
        return
    }
    $updates | ForEach-Object { "Installing $($_.Title)" }
    $round = Install-ApplicableUpdate -Session $session -Update $updates
    $round.Results | ForEach-Object { "$($_.phase) $($_.result) ($($_.hresult)): $($_.title)" }
    Save-Json -Path (Get-WorkPath 'output\updates.json') -Value @(@(Get-UpdateHistory) + $round.Results)
    Wait-Servicing
    if ($round.RestartRequired) {
        exit 3010
    }
}
