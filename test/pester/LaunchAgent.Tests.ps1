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

Describe 'Get-LaunchEnd' {
    It 'is the time of the line in which v1 says that Windows is ready, in UTC' {
        $waited = [pscustomobject]@{ Status = $null; Line = '2026/11/10 17:40:43Z: Message: Windows is Ready to use' }
        (Get-LaunchEnd -Waited $waited).ToString('o') | Should -Be '2026-11-10T17:40:43.0000000Z'
    }

    It 'is unknown if the line of v1 has no time' {
        $waited = [pscustomobject]@{ Status = $null; Line = 'Windows is Ready to use' }
        { Get-LaunchEnd -Waited $waited } | Should -Throw
    }

    It 'is unknown if v2 has no log' {
        { Get-LaunchEnd -Waited ([pscustomobject]@{ Status = 0; LogAt = $null }) } | Should -Throw 'EC2Launch has no log.'
    }
}

Describe 'Wait-LaunchAgent' {
    It 'knows when the log of v2 was written last before it asked, because asking may write to it' {
        $before = $env:ProgramData
        $env:ProgramData = "$TestDrive\data"
        $log = "$env:ProgramData\Amazon\EC2Launch\log\agent.log"
        New-Item -Path $log -ItemType File -Force | Out-Null
        $finished = [datetime]'2026-11-10T17:40:43Z'
        (Get-Item -Path $log).LastWriteTimeUtc = $finished.ToUniversalTime()
        Mock -CommandName Get-LaunchAgentPath -MockWith { $log }
        Mock -CommandName Get-LaunchStatus -MockWith {
            [System.IO.File]::AppendAllText($log, 'Info: status')
            0
        }
        try {
            $waited = Wait-LaunchAgent
        }
        finally {
            $env:ProgramData = $before
        }
        $waited.Status | Should -Be 0
        $waited.LogAt | Should -Be $finished.ToUniversalTime()
    }
}
