Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Runs as SYSTEM after the last round and its restart. Verifies that Windows needs no further restart, that no
# applicable update is left but those that fail unattended, that no denied update was installed, and that the Windows build has risen if the base is
# older than the updates.
Invoke-Step -Name '25-updates-complete' -FailureClass 'updates' -Script {
    $denied = @(Get-ListSetting 'DENIED_UPDATES')
    $history = @(Get-UpdateHistory)
    $wayOut = 'deniedUpdates in config.ts is the way out'

    $pending = @(Get-PendingRestart)
    if ($pending.Count -gt 0) {
        throw "Windows wants one more restart after the last round ($($pending -join ', ')): more policies.updateRounds in config.ts are the way out."
    }

    $offers = @(Find-OfferedUpdate -Session (New-UpdateSession) -DeniedUpdate $denied)
    $failing = @($offers | Where-Object { -not $_.LeftOut -and (Test-UnattendedFailure -Update $_.Update -History $history) })
    foreach ($offer in $failing) {
        $offer.LeftOut = 'fails unattended'
        $code = @($history | Where-Object { $_.title -eq $offer.Update.Title })[-1].hresult
        Write-Warning "$($offer.Update.Title) is left out: it fails unattended, in every round with $code."
    }
    $leftOut = @($offers | Where-Object { $_.LeftOut } | ForEach-Object {
            [pscustomobject]@{ articles = @(Get-UpdateArticle -Update $_.Update); title = $_.Update.Title; reason = $_.LeftOut }
        })
    Save-Json -Path (Get-WorkPath 'output\updates-left-out.json') -Value $leftOut

    $left = @($offers | Where-Object { -not $_.LeftOut } | ForEach-Object { $_.Update })
    if ($left.Count -gt 0) {
        $left | ForEach-Object { "Left: $($_.Title)" }
        # The KBs come first, because the failure line is short and a user may want to deny them.
        $names = @($left | ForEach-Object { (@(Get-UpdateArticle -Update $_) + $_.Title)[0] })
        $causes = foreach ($update in $left) {
            $history | Where-Object { $_.title -eq $update.Title } | Select-Object -Last 1 | ForEach-Object { "$($_.title): $($_.phase) $($_.result) $($_.hresult)" }
        }
        throw "$($left.Count) updates are left after the last round: $($names -join ', ') ($wayOut): $($causes -join '; ')"
    }

    $refused = @(Get-AddedUpdate | Where-Object { $denied -contains $_ })
    if ($refused.Count -gt 0) {
        throw (New-FailureException -FailureClass 'provision' -Message "Denied updates were installed: $($refused -join ', ')")
    }

    # The Windows build proves that a Patch Tuesday's updates are installed: every cumulative update raises it.
    $base = [version](Read-Json -Path (Get-WorkPath 'output\base.json')).osBuild
    $build = Get-OsBuild
    $released = Get-Setting 'BASE_RELEASED'
    $patchTuesday = Get-Setting 'PATCH_TUESDAY'
    if ([datetime]$released -le [datetime]$patchTuesday -and $build -le $base) {
        # Among the denied updates, only the cumulative update of Windows itself explains an unchanged build.
        $kept = @($offers | Where-Object { $_.LeftOut -eq 'denied' -and (Test-OsUpdate -Update $_.Update) } | ForEach-Object { Get-UpdateArticle -Update $_.Update })
        if ($kept.Count -eq 0) {
            $failed = @($history | Where-Object { $_.result -notlike 'succeeded*' } | ForEach-Object { $_.articles } | Sort-Object -Unique)
            $cause = 'Windows Update offered nothing that would'
            if ($failed.Count -gt 0) {
                $cause = "failed: $($failed -join ', ') ($wayOut)"
            }
            throw "Windows build $build has not risen, though the base was released on $released, before the updates of ${patchTuesday}; $cause."
        }
        Write-Warning "Windows build $build has not risen since $released, because of denied updates: $($kept -join ', ')"
    }
    "Windows build $base has become ${build}; nothing applicable is left."
}
