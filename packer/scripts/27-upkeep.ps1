Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Runs as SYSTEM, once, after the last round of updates and its restart. Does what Windows would otherwise do on every
# node, or never: compiles the assemblies that updates of .NET have queued, and removes the components that the updates
# have replaced, before the container images need the space. None of it is necessary: a failure is a warning.
Invoke-Step -Name '27-upkeep' -FailureClass 'updates' -Script {
    $deadline = (Get-Date).AddMinutes([int](Get-Setting 'UPKEEP_MINUTES'))
    foreach ($framework in 'Framework64', 'Framework') {
        Invoke-Upkeep -FilePath "$env:SystemRoot\Microsoft.NET\$framework\v4.0.30319\ngen.exe" -ArgumentList 'executeQueuedItems' -Deadline $deadline
    }
    # Not /ResetBase, with which no installed update could be removed from a node any more.
    Invoke-Upkeep -FilePath "$env:SystemRoot\System32\dism.exe" -ArgumentList '/Online', '/Cleanup-Image', '/StartComponentCleanup', '/NoRestart' -Deadline $deadline
}
