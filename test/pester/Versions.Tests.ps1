Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Get-Artifact' {
    BeforeAll {
        $env:WORK_DIRECTORY = "$TestDrive"
        $artifacts = @(
            [ordered]@{ name = 'containerd'; recipes = @('assemble'); minors = [ordered]@{ to = '1.35' }; version = '1.7.27' }
            [ordered]@{ name = 'containerd'; recipes = @('assemble'); minors = [ordered]@{ from = '1.36' }; version = '2.1.4' }
            [ordered]@{ name = 'ec2launch-v1'; recipes = @('layer', 'assemble'); windows = @('2019'); version = '1.3.2' }
        )
        [System.IO.File]::WriteAllText((Join-Path -Path $TestDrive -ChildPath 'versions.json'), (ConvertTo-Json -InputObject @{ artifacts = $artifacts } -Depth 8))
    }

    BeforeEach {
        $env:RECIPE_KIND = 'assemble'
        $env:WINDOWS = '2022'
        $env:KUBERNETES_VERSION = '1.35.8'
    }

    It 'returns the entry for the minor <kubernetes>' -TestCases @(@{ kubernetes = '1.35.8'; version = '1.7.27' }, @{ kubernetes = '1.36.0'; version = '2.1.4' }) {
        $env:KUBERNETES_VERSION = $kubernetes
        (Get-Artifact -Name 'containerd').version | Should -Be $version
    }

    It 'throws if there is none for this recipe' {
        $env:RECIPE_KIND = 'layer'
        { Get-Artifact -Name 'containerd' } | Should -Throw '*0 entries containerd for layer*'
    }

    It 'throws if there is none for this Windows' {
        { Get-Artifact -Name 'ec2launch-v1' } | Should -Throw '*0 entries ec2launch-v1*Windows 2022*'
    }
}

Describe 'Test-WindowsOf' {
    It 'is true without named Windows releases, and otherwise only for those named' {
        $env:WINDOWS = '2022'
        Test-WindowsOf -Artifact ([pscustomobject]@{ name = 'a' }) | Should -BeTrue
        Test-WindowsOf -Artifact ([pscustomobject]@{ name = 'a'; windows = @('2022', '2025') }) | Should -BeTrue
        Test-WindowsOf -Artifact ([pscustomobject]@{ name = 'a'; windows = @('2019') }) | Should -BeFalse
    }
}

Describe 'Test-MinorOf' {
    It 'is <fits> from <from> to <to> for <version>' -TestCases @(
        @{ from = '1.33'; to = '1.35'; version = '1.35.9'; fits = $true }
        @{ from = '1.33'; to = '1.35'; version = '1.33.0'; fits = $true }
        @{ from = '1.33'; to = '1.35'; version = '1.36.0'; fits = $false }
        @{ from = '1.33'; to = '1.35'; version = '1.32.9'; fits = $false }
    ) {
        $artifact = [pscustomobject]@{ minors = [pscustomobject]@{ from = $from; to = $to } }
        Test-MinorOf -Artifact $artifact -Version ([version]$version) | Should -Be $fits
    }

    It 'is true if no minor is named' {
        Test-MinorOf -Artifact ([pscustomobject]@{ name = 'a' }) -Version ([version]'1.35.0') | Should -BeTrue
    }
}
