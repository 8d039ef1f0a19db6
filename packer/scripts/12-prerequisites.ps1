Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Verifies what later steps need from the base. Pester is the 3.4 that comes with Windows (70-verify). AWS offers the
# launch agent's installers only at addresses whose content changes.
Invoke-Step -Name '12-prerequisites' -FailureClass 'provision' -Script {
    $pester = @(Get-Module -ListAvailable -Name 'Pester' | ForEach-Object { $_.Version } | Where-Object { $_.Major -eq 3 })
    if ($pester.Count -eq 0) {
        throw 'The base has no Pester 3, which Windows brings along: the image could not be tested.'
    }

    $agent = Get-LaunchAgent
    $wanted = Get-Artifact -Name $agent.Name
    if ($agent.Version -lt [version]$wanted.version) {
        throw "The base has $($agent.Name) $($agent.Version), needed is $($wanted.version) ($($wanted.source)): a newer base has it."
    }
    $status = $null
    if ($agent.Name -eq 'ec2launch-v2') {
        # The proof accepts no worse one.
        $status = Get-LaunchStatus
        if ($status -ne 0) {
            Write-Warning "EC2Launch ended with status $status on the base. $(Get-LaunchError)"
        }
    }
    Save-Json -Path (Get-WorkPath 'output\launch-agent.json') -Value ([ordered]@{ name = $agent.Name; version = "$($agent.Version)"; status = $status })
    Add-ReportedBinary -Path $agent.Path -Version "$($agent.Version)" -From 'base'
    "$($agent.Name) $($agent.Version) of the base stays."
}
