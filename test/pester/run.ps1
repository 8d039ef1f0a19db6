Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Runs PSScriptAnalyzer over the recipe and Pester over its module, in Windows PowerShell 5.1 as in the images. Needs
# Windows and, on the first run, the PowerShell Gallery.
$repository = Split-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -Parent
$modules = [ordered]@{ PSScriptAnalyzer = '1.24.0'; Pester = '5.7.1' }
[System.Net.ServicePointManager]::SecurityProtocol = [System.Net.SecurityProtocolType]::Tls12
foreach ($name in $modules.Keys) {
    $version = [version]$modules[$name]
    if (-not (Get-Module -Name $name -ListAvailable | Where-Object { $_.Version -eq $version })) {
        # The Pester 3.4 that comes with Windows has another signature than later versions.
        Install-Module -Name $name -RequiredVersion $version -Scope CurrentUser -Force -SkipPublisherCheck
    }
    Import-Module -Name $name -RequiredVersion $version
}

$findings = @(Invoke-ScriptAnalyzer -Path "$repository\packer" -Recurse -Settings "$repository\PSScriptAnalyzerSettings.psd1")
$findings | ForEach-Object { "$($_.ScriptPath):$($_.Line): $($_.RuleName): $($_.Message)" }

$configuration = New-PesterConfiguration
$configuration.Run.Path = $PSScriptRoot
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
$run = Invoke-Pester -Configuration $configuration

if ($run.PassedCount -eq 0) {
    throw 'No test passed.'
}
if ($run.Result -ne 'Passed' -or $findings.Count -gt 0) {
    throw "$($run.FailedCount) tests failed, PSScriptAnalyzer has $($findings.Count) findings."
}
"$($run.PassedCount) tests passed."
