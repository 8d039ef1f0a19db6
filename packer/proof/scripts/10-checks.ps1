Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Checks a machine that was started from the image. Ends with 0 whether the checks pass or fail, because proof.json has
# the result. Any other exit code means that there is no result.
Invoke-Step -Name '10-checks' -FailureClass 'proof' -Script {
    $wanted = [version](Get-Setting 'KUBERNETES_VERSION')
    $kubernetes = Join-Path -Path $env:ProgramFiles -ChildPath 'kubernetes'
    $images = @(Get-ListSetting 'CONTAINER_IMAGES')
    $holding = @(Get-ListSetting 'HOLDS_ON_AWS')

    # Before the checks, which read the disk, so that the first container starts as on a node.
    $start = Measure-MachineStart -Image $images

    $checks = @(
        Invoke-Check -Name 'windows-set-up' -Script {
            $state = Get-ImageState
            Assert-That -Condition ($state -eq 'IMAGE_STATE_COMPLETE') -Message "Windows is in state $state."
        }
        Invoke-Check -Name 'launch-agent-finished' -Script {
            # v1 has no status: it only says that Windows is ready.
            $status = (Get-PartValue -Part $start.LaunchAgent).Status
            if ($null -ne $status) {
                $ofBase = Get-BaseLaunchStatus -Report (Read-Json -Path (Get-ImageReportPath))
                $complaint = Get-LaunchError
                Assert-That -Condition ($status -le $ofBase) -Message "EC2Launch ended with status $status, on the base with $ofBase. $complaint"
                return "status $status, on the base $ofBase. $complaint"
            }
        }
        Invoke-Check -Name 'os-build' -Script {
            $build = Get-OsBuild
            $report = Read-Json -Path (Get-ImageReportPath)
            Assert-That -Condition ($build -ge [version]$report.baseOsBuild) -Message "Windows build $build is older than the base's $($report.baseOsBuild)."
            Assert-That -Condition ("$build" -eq $report.osBuild) -Message "Windows build $build is not the $($report.osBuild) of the report."
            "$build"
        }
        foreach ($tool in 'kubelet', 'kube-proxy') {
            Invoke-Check -Name $tool -Script {
                $version = Get-ProgramVersion -Path "$kubernetes\$tool.exe"
                Assert-That -Condition ($version -ge $wanted -and $version.Minor -eq $wanted.Minor) -Message "$tool is $version, wanted is $wanted."
                "$version"
            }
        }
        Invoke-Check -Name 'files-as-reported' -Script {
            $binaries = @((Read-Json -Path (Get-ImageReportPath)).binaries)
            Assert-That -Condition ($binaries.Count -gt 0) -Message 'The report names no file.'
            $other = @($binaries | Where-Object { -not (Test-Path -LiteralPath $_.path) -or (Get-Sha256 -Path $_.path) -ne $_.sha256 } | ForEach-Object { $_.path })
            Assert-That -Condition ($other.Count -eq 0) -Message "Not as reported: $($other -join ', ')."
            "$($binaries.Count) files"
        }
        Invoke-Check -Name 'eks-as-in-base' -Script {
            $wanted = (Read-Json -Path (Get-ImageReportPath)).eks
            $lost = @(Get-EksLoss -Wanted $wanted)
            Assert-That -Condition ($lost.Count -eq 0) -Message "Not as in its base: $($lost -join '; ')."
            "is as in its base: csi-proxy $($wanted.csiProxyService), tasks $($wanted.tasks -join ', ')"
        }
        Invoke-Check -Name 'containerd-runs' -Script {
            [void](Get-PartValue -Part $start.Containerd)
            $service = Get-Service -Name containerd
            Assert-That -Condition ($service.Status -eq 'Running') -Message "containerd is $($service.Status)."
        }
        Invoke-Check -Name 'cri-loaded' -Script {
            $trouble = @(Get-CriTrouble)
            Assert-That -Condition ($trouble.Count -eq 0) -Message "kubelet gets no answer: $($trouble -join '; ')."
        }
        Invoke-Check -Name 'sandbox-image' -Script {
            $image = Get-ContainerImage -Reference (Get-ContainerdSetting).SandboxImage
            Assert-That -Condition $image.unpacked -Message "$($image.name) is not unpacked: no container can start from it."
            Assert-That -Condition $image.pinned -Message "$($image.name) is not pinned."
            $image.digest
        }
        foreach ($reference in $images) {
            Invoke-Check -Name "container-image $reference" -Script {
                $image = Get-ContainerImage -Reference $reference
                Assert-That -Condition $image.unpacked -Message "$reference is not unpacked: no container can start from it."
                Assert-That -Condition $image.pinned -Message "$reference is not pinned."
                $image.digest
            }
        }
        Invoke-Check -Name 'container-starts' -Script {
            Get-PartValue -Part $start.Container
        }
        Invoke-Check -Name 'disk' -Script {
            $volume = Get-Volume -DriveLetter $env:SystemDrive[0]
            $free = [math]::Round(100 * $volume.SizeRemaining / $volume.Size)
            Assert-That -Condition ($free -ge 10) -Message "Only $free % of the disk is free."
            "$free % free"
        }
        Invoke-Check -Name 'nothing-left-over' -Script {
            $inventory = Read-Json -Path (Get-WorkPath 'inventory.json')
            $trouble = $inventory.PSObject.Properties | Where-Object { $_.Name -eq 'error' } | ForEach-Object { $_.Value }
            if ($trouble) {
                throw "$trouble"
            }
            $left = @($inventory.PSObject.Properties | Where-Object { @($_.Value).Count -gt 0 } | ForEach-Object { "$($_.Name): $($_.Value -join ', ')" })
            $report = Get-Item -Path (Get-ImageReportPath)
            if ((Read-Json -Path $report.FullName).PSObject.Properties['launchAgent']) {
                # Older recipes, whose reports do not name the launch agent, left these.
                $left += @(Get-BuildTrace -Before $report.LastWriteTime)
            }
            Assert-That -Condition ($left.Count -eq 0) -Message "The build left $($left -join '; ')."
        }
        ConvertTo-Warning -Check @(Get-NodeCheck) -Holding $holding
    )

    $failed = @($checks | Where-Object { -not $_.passed })
    $result = 'passed'
    if ($failed.Count -gt 0) {
        $result = 'failed'
    }
    New-Item -Path (Get-WorkPath 'output') -ItemType Directory -Force | Out-Null
    $measured = ConvertTo-StartReport -Part $start
    Save-Json -Path (Get-WorkPath 'output\proof.json') -Value ([ordered]@{ result = $result; checks = $checks; start = $measured })
    foreach ($warning in $measured.warnings) {
        Write-Warning $warning
    }
    foreach ($check in $checks) {
        if ($check.PSObject.Properties['warning']) {
            Write-Warning "$($check.name): $($check.warning)"
        }
        else {
            "$(('failed', 'passed')[[int]$check.passed]) $($check.name): $($check.detail)"
        }
    }
    "EKSWIN-PROOF $result $(($failed | ForEach-Object { $_.name }) -join ' ')".TrimEnd()
}
