Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# After the last round and its restart: nothing applicable is left, nothing denied was installed. Runs as SYSTEM.
Invoke-Step -Name '25-updates-complete' -FailureClass 'updates' -Script {
    $denied = @(Get-ListSetting 'DENIED_UPDATES')
    $history = @(Get-UpdateHistory)
    $left = @(Find-ApplicableUpdate -Session (New-UpdateSession) -DeniedUpdate $denied)
    if ($left.Count -gt 0) {
        $left | ForEach-Object { "Left: $($_.Title)" }
        # Their KBs come first, for a person who wants them among the denied updates: the failure line is short.
        $names = @($left | ForEach-Object { (@(Get-UpdateArticle -Update $_) + $_.Title)[0] })
        $causes = foreach ($update in $left) {
            $history | Where-Object { $_.title -eq $update.Title } | Select-Object -Last 1 | ForEach-Object { "$($_.title): $($_.phase) $($_.result) $($_.hresult)" }
        }
        throw "$($left.Count) updates are left after the last round: $($names -join ', ') ($($causes -join '; '))"
    }

    $base = Read-Json -Path (Get-WorkPath 'output\base.json')
    $ours = @(Get-InstalledUpdate | Where-Object { $base.installedUpdates -notcontains $_ })
    $ours += @($history | Where-Object { $_.phase -eq 'install' } | ForEach-Object { $_.articles })
    $refused = @($ours | Where-Object { $denied -contains $_ } | Sort-Object -Unique)
    if ($refused.Count -gt 0) {
        throw (New-FailureException -FailureClass 'provision' -Message "Denied updates were installed: $($refused -join ', ')")
    }
    "Windows build $($base.osBuild) has become $(Get-OsBuild); nothing applicable is left."
}
