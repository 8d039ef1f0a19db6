Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Installs the Windows feature that runs containers. Only assemble needs this step; AWS's EKS image has the feature.
# Packer then restarts the machine.
Invoke-Step -Name '15-containers-feature' -FailureClass 'provision' -Script {
    $installation = Install-WindowsFeature -Name Containers
    if (-not $installation.Success) {
        throw "The Containers feature cannot be installed: $($installation.ExitCode)."
    }
    # A feature that needs a restart stays pending until then.
    $state = "$((Get-WindowsFeature -Name Containers).InstallState)"
    if (@('Installed', 'InstallPending') -notcontains $state) {
        throw "The Containers feature is $state after its installation."
    }
    "The Containers feature: $($installation.ExitCode), now $state, restart needed: $($installation.RestartNeeded)."
}
