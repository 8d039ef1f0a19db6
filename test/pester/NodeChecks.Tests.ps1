Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
    # A command of the Containers feature.
    function Get-HnsNetwork {
        [CmdletBinding()]
        param()
        [pscustomobject]@{ Name = 'nat' }
    }
    function Add-Program {
        [CmdletBinding()]
        param([string]$Name, [string[]]$Line)
        [System.IO.File]::WriteAllLines("$TestDrive\$Name.cmd", @('@echo off') + $Line)
        "$TestDrive\$Name.cmd"
    }
}

Describe 'Get-NodeCheck' {
    BeforeAll {
        Mock -CommandName Start-Service
        Mock -CommandName Get-Service -MockWith {
            [pscustomobject]@{ Name = 'hns'; Status = 'Running' }
            [pscustomobject]@{ Name = 'vmcompute'; Status = 'Stopped' }
        }
        Mock -CommandName Get-CniAnswer -MockWith { 'answer' }
        Mock -CommandName Get-ProgramVersion -MockWith { [version]'0.7.2' }
        Mock -CommandName Assert-CredentialProvider
        Mock -CommandName Assert-KubeletConfiguration -MockWith { throw 'no kubelet' }
    }

    It 'has each check with what it found' {
        @(Get-NodeCheck | ForEach-Object { "$($_.name) $($_.passed) $($_.detail)" }) | Should -Be @(
            'node-services False These do not run: vmcompute.'
            'no-hns-networks False The image has networks of HNS: nat.'
            'vpc-bridge True answer'
            'credential-provider True '
            'authenticator True 0.7.2'
            'kubelet-configuration False no kubelet'
        )
    }

    It 'passes with running services and no network' {
        Mock -CommandName Get-HnsNetwork
        Mock -CommandName Get-Service -MockWith { [pscustomobject]@{ Name = 'hns'; Status = 'Running' } }
        @(Get-NodeCheck | Where-Object { $_.passed } | ForEach-Object { $_.name }) |
            Should -Be @('node-services', 'no-hns-networks', 'vpc-bridge', 'credential-provider', 'authenticator')
    }
}

Describe 'ConvertTo-Warning' {
    BeforeAll {
        $checks = @(
            [pscustomobject]@{ name = 'good'; passed = $true; detail = 'fine' }
            [pscustomobject]@{ name = 'bad'; passed = $false; detail = 'the cause' }
        )
    }

    It 'lets a check that failed pass with a warning, and other checks as they are' {
        $made = @(ConvertTo-Warning -Check $checks -Holding @())
        $made[0] | Should -Be $checks[0]
        $made[1].passed | Should -BeTrue
        $made[1].warning | Should -Be 'the cause'
    }

    It 'lets a check fail that holds on the image of AWS' {
        $made = @(ConvertTo-Warning -Check $checks -Holding @('bad'))
        $made[1].passed | Should -BeFalse
        $made[1].PSObject.Properties['warning'] | Should -BeNullOrEmpty
    }
}

Describe 'Get-CniAnswer' {
    It 'asks for the versions on standard input and returns them' {
        $program = Add-Program -Name 'plugin' -Line 'set /p given=', 'echo {"supportedVersions":["%CNI_COMMAND%"],"given":%given%}'
        Get-CniAnswer -Path $program | Should -Be '{"supportedVersions":["VERSION"],"given":{"cniVersion":"0.3.1"}}'
        Test-Path -Path 'Env:CNI_COMMAND' | Should -BeFalse
    }

    It 'refuses another answer, and throws if the program fails' {
        { Get-CniAnswer -Path (Add-Program -Name 'silent' -Line 'echo usage') } | Should -Throw '*does not say which versions it supports: usage'
        { Get-CniAnswer -Path (Add-Program -Name 'broken' -Line 'exit /b 2') } | Should -Throw '*exited with 2*'
        Test-Path -Path 'Env:CNI_COMMAND' | Should -BeFalse
    }
}

Describe 'Assert-CredentialProvider' {
    It 'accepts the complaint about a request without an image' {
        Assert-CredentialProvider -Path (Add-Program -Name 'provider' -Line 'echo E1 image in plugin request was empty 1>&2', 'exit /b 1')
    }

    It 'refuses a provider of another version of the request' {
        { Assert-CredentialProvider -Path (Add-Program -Name 'old' -Line 'echo group version v1 is not supported 1>&2', 'exit /b 1') } |
            Should -Throw "*does not understand kubelet's request: group version v1 is not supported*"
    }
}

Describe 'Assert-KubeletConfiguration' {
    BeforeAll {
        $env:WORK_DIRECTORY = "$TestDrive"
    }

    It 'accepts a kubelet that only misses its kubeconfig, and gives it a configuration' {
        Assert-KubeletConfiguration -Path (Add-Program -Name 'kubelet' -Line @(
                'echo I1130 FLAG: %1 1>&2'
                'echo E1130 run.go:72] "command failed" err="invalid kubeconfig: stat C:\no-kubeconfig" 1>&2'
                'exit /b 1'
            ))
        $written = Read-Json -Path "$TestDrive\kubelet.json"
        $written.kind | Should -Be 'KubeletConfiguration'
        @($written.enforceNodeAllocatable).Count | Should -Be 0
        $written.PSObject.Properties['enforceNodeAllocatable'].Value.GetType().IsArray | Should -BeTrue
    }

    It 'throws with the words of a kubelet that refuses its configuration' {
        $program = Add-Program -Name 'refusing' -Line @(
            'echo I1130 FLAG: --kubeconfig=C:\no-kubeconfig 1>&2'
            'echo E1130 run.go:72] "command failed" err="failed to load kubelet config file" 1>&2'
            'exit /b 1'
        )
        { Assert-KubeletConfiguration -Path $program } | Should -Throw 'kubelet does not accept its configuration: *failed to load kubelet config file*'
    }
}
