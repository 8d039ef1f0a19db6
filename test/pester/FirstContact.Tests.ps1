Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Get-Fact' {
    It 'answers with what the script returns' {
        $fact = Get-Fact -Name 'a' -Script { 'b' }
        $fact.Name | Should -Be 'a'
        $fact.Value | Should -Be 'b'
        $fact.Unknown | Should -Be ''
    }

    It 'answers with a list of <count> entries' -TestCases @(@{ count = 0 }, @{ count = 1 }, @{ count = 2 }) {
        $fact = Get-Fact -Name 'a' -List -Script { 'x', 'y' | Select-Object -First $count }
        ConvertTo-Json -InputObject $fact.Value -Compress | Should -Be @('[]', '["x"]', '["x","y"]')[$count]
    }

    It 'has the reason instead of an answer if the script throws' {
        $fact = Get-Fact -Name 'a' -List -Script { throw 'no such module' }
        $fact.Value | Should -Be $null
        $fact.Unknown | Should -Be 'no such module'
    }
}

Describe 'Get-FirstContact' {
    BeforeEach {
        $before = $env:WORK_DIRECTORY, $env:WINDOWS
        $env:WORK_DIRECTORY = "$TestDrive"
        $env:WINDOWS = '2022'
        Save-Json -Path "$TestDrive\2022-EKS_Optimized.json" -Value @{ seen = '2026-11-30' }
    }

    AfterEach {
        $env:WORK_DIRECTORY, $env:WINDOWS = $before
    }

    It 'returns the file of this Windows' {
        (Get-FirstContact).seen | Should -Be '2026-11-30'
    }

    It 'returns nothing if there is a file of another Windows only' {
        $env:WINDOWS = '2025'
        Get-FirstContact | Should -Be $null
    }
}

Describe 'The launch agent' {
    BeforeEach {
        $before = $env:ProgramFiles, $env:ProgramData
        $env:ProgramFiles = "$TestDrive\files"
        $env:ProgramData = "$TestDrive\data"
        $launch = "$TestDrive\data\Amazon\EC2-Windows\Launch"
    }

    AfterEach {
        $env:ProgramFiles, $env:ProgramData = $before
        Get-ChildItem -Path $TestDrive | Remove-Item -Recurse -Force
    }

    It 'is a complaint if there is none' {
        { Get-LaunchAgent } | Should -Throw -ExpectedMessage 'The base has neither EC2Launch v2 nor v1.'
    }

    It 'is v1 where only v1 is, with the errors of its log and without a status' {
        New-Item -Path "$launch\Scripts", "$launch\Module", "$launch\Log" -ItemType Directory -Force | Out-Null
        [System.IO.File]::WriteAllText("$launch\Scripts\SysprepInstance.ps1", '')
        [System.IO.File]::WriteAllText("$launch\Module\Ec2Launch.psd1", "@{ ModuleVersion = '1.3.2005' }")
        [System.IO.File]::WriteAllText("$launch\Log\Ec2Launch.log", "Windows is Ready to use`nError: no route`nNo errors found")
        $state = Get-LaunchState
        $state.name | Should -Be 'ec2launch-v1'
        $state.version | Should -Be '1.3.2005'
        $state.status | Should -Be $null
        $state.errors | Should -Be @('Error: no route')
    }

    It 'is v2 where v2 is, with the exit code <code> of its status' -TestCases @(@{ code = 0 }, @{ code = 1 }) {
        New-Item -Path "$TestDrive\files\Amazon\EC2Launch", "$TestDrive\data\Amazon\EC2Launch\log" -ItemType Directory -Force | Out-Null
        [System.IO.File]::WriteAllText("$TestDrive\files\Amazon\EC2Launch\EC2Launch.exe", '')
        [System.IO.File]::WriteAllText("$TestDrive\data\Amazon\EC2Launch\log\agent.log", '2026-11-30 Error: a task failed')
        Mock -CommandName Get-ProgramVersion -MockWith { [version]'2.0.2107' }
        Mock -CommandName Start-Native -MockWith {
            $process = [pscustomobject]@{ ExitCode = $code }
            Add-Member -InputObject $process -MemberType ScriptMethod -Name WaitForExit -Value { 'waited' } -PassThru
        }
        $state = Get-LaunchState
        $state.name | Should -Be 'ec2launch-v2'
        $state.version | Should -Be '2.0.2107'
        $state.status | Should -Be $code
        $state.errors | Should -Be @('2026-11-30 Error: a task failed')
        Should -Invoke -CommandName Start-Native -Times 1 -Exactly -ParameterFilter { "$ArgumentList" -eq 'status --block' }
    }
}
