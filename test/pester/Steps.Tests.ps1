Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Get-FailureLine' {
    It 'names class, step and cause' {
        $exception = New-Object -TypeName System.Exception -ArgumentList 'It broke.'
        Get-FailureLine -Name '33-kubernetes' -FailureClass 'provision' -Exception $exception | Should -Be 'EKSWIN-FAILED provision 33-kubernetes: It broke.'
    }

    It 'prefers the class of the exception' {
        $exception = New-FailureException -FailureClass 'checksum' -Message 'Another sum.'
        Get-FailureLine -Name '33-kubernetes' -FailureClass 'provision' -Exception $exception | Should -BeLike 'EKSWIN-FAILED checksum *'
    }

    It 'is one short line of ASCII' {
        $exception = New-Object -TypeName System.Exception -ArgumentList ("one`r`ntwo $([char]0xE9) " + ('x' * 1000))
        $line = Get-FailureLine -Name 'step' -FailureClass 'test' -Exception $exception
        $line | Should -Match '^EKSWIN-FAILED test step: one two\s+x+$'
        $line.Length | Should -BeLessOrEqual 430
    }
}

Describe 'New-FailureException' {
    It 'has its class' {
        $exception = New-FailureException -FailureClass 'updates' -Message 'Left.'
        $exception.Message | Should -Be 'Left.'
        $exception.Data['FailureClass'] | Should -Be 'updates'
    }
}

Describe 'Invoke-Step' {
    BeforeAll {
        $manifest = (Resolve-Path -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages\EksWindowsImages.psd1").Path
        function Start-StepProcess {
            [CmdletBinding()]
            param([Parameter(Mandatory)][string]$Body)
            $path = Join-Path -Path $TestDrive -ChildPath 'step.ps1'
            $lines = @(
                '$ErrorActionPreference = ''Stop'''
                "Import-Module -Name '$manifest'"
                "Invoke-Step -Name 'step' -FailureClass 'provision' -Script { $Body }"
            )
            [System.IO.File]::WriteAllLines($path, [string[]]$lines)
            $arguments = @('-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', $path)
            @(Invoke-Native -FilePath 'powershell.exe' -ArgumentList $arguments -AllowedExitCode @(0, 1)) -join "`n"
        }
    }

    It 'ends with 0 and the output of the step' {
        Start-StepProcess -Body "'all is well'" | Should -Be 'all is well'
    }

    It 'reports why the step failed' {
        Start-StepProcess -Body "throw 'the cause'" | Should -Match '(?m)^EKSWIN-FAILED provision step: the cause'
    }

    It 'lets a step ask for a restart' {
        $path = Join-Path -Path $TestDrive -ChildPath 'restart.ps1'
        [System.IO.File]::WriteAllText($path, "Import-Module -Name '$manifest'`nInvoke-Step -Name 'step' -FailureClass 'updates' -Script { exit 3010 }")
        { Invoke-Native -FilePath 'powershell.exe' -ArgumentList @('-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', $path) } | Should -Throw '*exited with 3010*'
    }
}

Describe 'Get-Setting' {
    It 'reads an environment variable' {
        $env:EKSWIN_TEST = 'value'
        Get-Setting 'EKSWIN_TEST' | Should -Be 'value'
    }

    It 'throws if the variable is missing' {
        $env:EKSWIN_TEST = ''
        { Get-Setting 'EKSWIN_TEST' } | Should -Throw 'The environment variable EKSWIN_TEST is missing.'
    }
}

Describe 'Get-ListSetting' {
    It 'has as many entries as the list: <json>' -TestCases @(
        @{ json = '[]'; count = 0 }
        @{ json = '["a"]'; count = 1 }
        @{ json = '["a", "b"]'; count = 2 }
    ) {
        $env:EKSWIN_TEST = $json
        @(Get-ListSetting 'EKSWIN_TEST').Count | Should -Be $count
    }
}

Describe 'Get-MapSetting' {
    It 'keeps names, values and their order' {
        $env:EKSWIN_TEST = '{"quay.io": ["https://b"], "docker.io": ["https://a", "https://c"]}'
        $map = Get-MapSetting 'EKSWIN_TEST'
        @($map.Keys) | Should -Be @('quay.io', 'docker.io')
        @($map['docker.io']) | Should -Be @('https://a', 'https://c')
    }

    It 'is empty for an empty object' {
        $env:EKSWIN_TEST = '{}'
        (Get-MapSetting 'EKSWIN_TEST').Count | Should -Be 0
    }
}

Describe 'Get-WorkPath' {
    It 'is below the working directory, with backslashes' {
        $env:WORK_DIRECTORY = 'C:/eks-windows-images'
        Get-WorkPath 'output\report.json' | Should -Be 'C:\eks-windows-images\output\report.json'
    }
}

Describe 'Save-Json' {
    It 'writes what Read-Json reads, without a byte order mark' {
        $path = Join-Path -Path $TestDrive -ChildPath 'value.json'
        Save-Json -Path $path -Value ([ordered]@{ list = @('a'); none = @(); nested = [ordered]@{ number = 1 } })
        [System.IO.File]::ReadAllBytes($path)[0] | Should -Be ([byte][char]'{')
        $value = Read-Json -Path $path
        @($value.list) | Should -Be @('a')
        @($value.none).Count | Should -Be 0
        $value.nested.number | Should -Be 1
    }

    It 'writes a list of any length as a list: <count>' -TestCases @(@{ count = 0 }, @{ count = 1 }, @{ count = 2 }) {
        $path = Join-Path -Path $TestDrive -ChildPath 'list.json'
        Save-Json -Path $path -Value @('a', 'b' | Select-Object -First $count)
        [System.IO.File]::ReadAllText($path).Trim()[0] | Should -Be '['
        @(Read-JsonList -Path $path).Count | Should -Be $count
    }
}

Describe 'Read-JsonList' {
    It 'is empty if there is no file' {
        @(Read-JsonList -Path (Join-Path -Path $TestDrive -ChildPath 'none.json')).Count | Should -Be 0
    }
}
