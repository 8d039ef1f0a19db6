Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Writes the image's report of its own contents. A copy stays in the image.
Invoke-Step -Name '80-report' -FailureClass 'provision' -Script {
    $base = Read-Json -Path (Get-WorkPath 'output\base.json')
    $tests = Read-Json -Path (Get-WorkPath 'output\tests.json')
    $kubernetes = Join-Path -Path $env:ProgramFiles -ChildPath 'kubernetes'
    $added = @(Get-AddedUpdate)
    $report = [ordered]@{
        recipe           = Get-Setting 'RECIPE_KIND'
        windows          = Get-Setting 'WINDOWS'
        edition          = Get-Setting 'EDITION'
        baseReleased     = Get-Setting 'BASE_RELEASED'
        patchTuesday     = Get-Setting 'PATCH_TUESDAY'
        baseOsBuild      = $base.osBuild
        osBuild          = "$(Get-OsBuild)"
        kubernetes       = [ordered]@{
            kubelet   = "$(Get-ProgramVersion -Path "$kubernetes\kubelet.exe")"
            kubeProxy = "$(Get-ProgramVersion -Path "$kubernetes\kube-proxy.exe")"
        }
        containerd       = "$(Get-ProgramVersion -Path (Get-ContainerdPath 'containerd.exe'))"
        containerdConfig = @(Read-JsonList -Path (Get-WorkPath 'output\containerd-config.json'))
        eks              = Get-WantedEksState
        launchAgent      = Read-Json -Path (Get-WorkPath 'output\launch-agent.json')
        installedUpdates = @(@(Get-InstalledUpdate) + $added | Sort-Object -Unique)
        addedUpdates     = $added
        updates          = @(Get-UpdateHistory)
        updatesLeftOut   = @(Read-JsonList -Path (Get-WorkPath 'output\updates-left-out.json'))
        binaries         = @(Get-ReportedBinary | Sort-Object -Property path | ForEach-Object {
                $version = @($_.version, (Get-FileVersion -Path $_.path) | Where-Object { $_ } | Select-Object -First 1) -join ''
                [ordered]@{ path = $_.path; version = $version; sha256 = Get-Sha256 -Path $_.path; from = $_.from }
            })
        containerImages  = @(Read-JsonList -Path (Get-WorkPath 'output\images.json'))
        customSteps      = @(Read-JsonList -Path (Get-WorkPath 'output\custom.json'))
        firstStart       = Read-Json -Path (Get-WorkPath 'output\first-start.json')
        disk             = Get-DiskUse -Deadline (Get-Date).AddMinutes(5)
        tests            = [ordered]@{
            passed = $tests.passed
            failed = $tests.failed
            names  = @($tests.tests | ForEach-Object { $_.name })
        }
    }
    Save-Json -Path (Get-WorkPath 'output\report.json') -Value $report

    $kept = Get-ImageReportPath
    New-Item -Path (Split-Path -Path $kept -Parent) -ItemType Directory -Force | Out-Null
    Copy-Item -Path (Get-WorkPath 'output\report.json') -Destination $kept -Force
    "Windows build $($report.osBuild), Kubernetes $($report.kubernetes.kubelet), $($report.binaries.Count) binaries, $($report.containerImages.Count) container images."
}
