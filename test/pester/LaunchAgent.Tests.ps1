Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Get-LaunchStatus' {
    It 'is the exit code of a program that fails, too' {
        [System.IO.File]::WriteAllLines("$TestDrive\EC2Launch.cmd", @('if "%*" == "status --block" exit 1', 'exit 4'))
        Mock -CommandName Get-LaunchAgentPath -MockWith { "$TestDrive\EC2Launch.cmd" }
        Get-LaunchStatus | Should -Be 1
    }
}

Describe 'Get-LaunchError' {
    BeforeAll {
        $before = $env:ProgramData
        $env:ProgramData = "$TestDrive"
        $log = "$env:ProgramData\Amazon\EC2Launch\log\agent.log"
    }

    AfterAll {
        $env:ProgramData = $before
    }

    It 'is empty without a log' {
        Get-LaunchError | Should -Be ''
    }

    It 'is the last error of the log, not a message that only mentions one' {
        New-Item -Path (Split-Path -Path $log -Parent) -ItemType Directory -Force | Out-Null
        $lines = @(
            '2026-11-10 08:00:00 Error: first'
            '2026-11-10 08:00:01 Error: task setWallpaper failed'
            '2026-11-10 08:00:02 Info: Message: Error: of a user'
        )
        [System.IO.File]::WriteAllLines($log, $lines)
        Get-LaunchError | Should -Be '2026-11-10 08:00:01 Error: task setWallpaper failed'
    }
}

Describe 'Get-BaseLaunchStatus' {
    It 'is <status> for the report <report>' -TestCases @(
        @{ report = '{"launchAgent":{"name":"ec2launch-v2","status":1}}'; status = 1 }
        @{ report = '{"launchAgent":{"name":"ec2launch-v2","status":0}}'; status = 0 }
        @{ report = '{"launchAgent":{"name":"ec2launch-v1","status":null}}'; status = 0 }
        @{ report = '{"osBuild":"20348.1"}'; status = 0 }
    ) {
        Get-BaseLaunchStatus -Report (ConvertFrom-Json -InputObject $report) | Should -Be $status
    }
}
