Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Verifies what later steps need from the base. Pester is the 3.4 that comes with Windows (70-verify). The launch agent
# generalizes the image and sets up its instances: EC2Launch v1 on Windows 2019, v2 later. AWS offers its installers
# only at addresses whose content changes.
Invoke-Step -Name '12-prerequisites' -FailureClass 'provision' -Script {
    $pester = @(Get-Module -ListAvailable -Name 'Pester' | ForEach-Object { $_.Version } | Where-Object { $_.Major -eq 3 })
    if ($pester.Count -eq 0) {
        throw 'The base has no Pester 3, which Windows brings along: the image could not be tested.'
    }

    $agent = Join-Path -Path $env:ProgramFiles -ChildPath 'Amazon\EC2Launch\EC2Launch.exe'
    $name = 'ec2launch-v2'
    if (Test-Path -Path $agent) {
        $version = Get-ProgramVersion -Path $agent -ArgumentList 'version'
    }
    else {
        $name = 'ec2launch-v1'
        $agent = Join-Path -Path $env:ProgramData -ChildPath 'Amazon\EC2-Windows\Launch\Scripts\SysprepInstance.ps1'
        if (-not (Test-Path -Path $agent)) {
            throw 'The base has neither EC2Launch v2 nor v1.'
        }
        $manifest = Join-Path -Path $env:ProgramData -ChildPath 'Amazon\EC2-Windows\Launch\Module\Ec2Launch.psd1'
        $version = (Test-ModuleManifest -Path $manifest).Version
    }

    $wanted = Get-Artifact -Name $name
    if ($version -lt [version]$wanted.version) {
        throw "The base has $name $version, needed is $($wanted.version) ($($wanted.source)): a newer base has it."
    }
    Save-Json -Path (Get-WorkPath 'output\launch-agent.json') -Value ([ordered]@{ name = $name; version = "$version" })
    Add-ReportedBinary -Path $agent -Version "$version" -From 'base'
    "$name $version of the base stays."
}
