Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# What Windows needs to run containers; only on assemble, AWS's EKS image has it. Packer restarts the machine afterwards.
Invoke-Step -Name '15-containers-feature' -FailureClass 'provision' -Script {
    $installation = Install-WindowsFeature -Name Containers
    if (-not $installation.Success) {
        throw "The Containers feature cannot be installed: $($installation.ExitCode)."
    }
    # Until the restart a feature that wants one is only pending.
    $state = "$((Get-WindowsFeature -Name Containers).InstallState)"
    if (@('Installed', 'InstallPending') -notcontains $state) {
        throw "The Containers feature is $state after its installation."
    }
    "The Containers feature: $($installation.ExitCode), now $state, restart needed: $($installation.RestartNeeded)."
}
