Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Describe 'The module' {
    BeforeAll {
        $manifest = "$PSScriptRoot\..\..\packer\modules\EksWindowsImages\EksWindowsImages.psd1"
        $before = @(Get-Command -Name 'Invoke-Step' -ErrorAction Ignore).Count
        Import-Module -Name $manifest -Force
    }

    AfterAll {
        Remove-Module -Name EksWindowsImages
    }

    It 'has a valid manifest' {
        (Test-ModuleManifest -Path $manifest).Name | Should -Be 'EksWindowsImages'
    }

    It 'exports its functions and nothing else' {
        $module = Get-Module -Name EksWindowsImages
        $before | Should -Be 0
        $module.ExportedFunctions.Keys | Should -Contain 'Invoke-Step'
        $module.ExportedVariables.Count | Should -Be 0
        $module.ExportedAliases.Count | Should -Be 0
    }
}
