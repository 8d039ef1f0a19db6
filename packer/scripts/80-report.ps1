Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# What this image is, said by the image itself. A copy stays in it.
Invoke-Step -Name '80-report' -FailureClass 'provision' -Script {
    $base = Read-Json -Path (Get-WorkPath 'output\base.json')
    $tests = Read-Json -Path (Get-WorkPath 'output\tests.json')
    $programs = @(
        Join-Path -Path $env:ProgramFiles -ChildPath 'kubernetes\kubelet.exe'
        Join-Path -Path $env:ProgramFiles -ChildPath 'kubernetes\kube-proxy.exe'
        Get-ContainerdPath 'containerd.exe'
    )
    $report = [ordered]@{
        windows           = Get-Setting 'WINDOWS'
        edition           = Get-Setting 'EDITION'
        baseOsBuild       = $base.osBuild
        osBuild           = "$(Get-OsBuild)"
        installedUpdates  = @(Get-InstalledUpdate)
        kubernetesVersion = "$(Get-ProgramVersion -Path $programs[0])"
        binaries          = @($programs | ForEach-Object {
                [ordered]@{
                    path    = $_
                    version = "$(Get-ProgramVersion -Path $_)"
                    sha256  = (Get-FileHash -Path $_ -Algorithm SHA256).Hash.ToLower()
                }
            })
        containerImages   = @(Read-Json -Path (Get-WorkPath 'output\images.json') | ForEach-Object { $_ })
        customSteps       = @(Read-Json -Path (Get-WorkPath 'output\custom.json') | ForEach-Object { $_ })
        tests             = [ordered]@{ passed = $tests.passed; failed = $tests.failed }
    }
    Save-Json -Path (Get-WorkPath 'output\report.json') -Value $report

    $kept = Join-Path -Path $env:ProgramData -ChildPath 'eks-windows-images'
    New-Item -Path $kept -ItemType Directory -Force | Out-Null
    Copy-Item -Path (Get-WorkPath 'output\report.json') -Destination $kept -Force
    "Windows build $($report.osBuild), Kubernetes $($report.kubernetesVersion), $($report.containerImages.Count) container images."
}
