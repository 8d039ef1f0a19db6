Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
    # The event log's command, which other Windows lack.
    function Get-WinEvent {
        [CmdletBinding()]
        param([string]$LogName, [switch]$Oldest, [int]$MaxEvents)
        "$LogName $Oldest $MaxEvents"
    }
    function Add-Trace {
        [CmdletBinding()]
        param([string]$Path)
        New-Item -Path (Split-Path -Path $Path -Parent) -ItemType Directory -Force | Out-Null
        [System.IO.File]::WriteAllText($Path, 'trace')
    }
    $before = $env:SystemRoot, $env:ProgramData, $env:SystemDrive
    $env:SystemRoot = "$TestDrive\Windows"
    $env:ProgramData = "$TestDrive\ProgramData"
    $env:SystemDrive = "$TestDrive"
}

AfterAll {
    $env:SystemRoot, $env:ProgramData, $env:SystemDrive = $before
}

Describe 'Clear-BuildTrace' {
    BeforeEach {
        Mock -CommandName Stop-Service
        Mock -CommandName Get-Service
        Mock -CommandName Invoke-Native -MockWith { 'System', 'Microsoft-Windows-Trace/Analytic' } -ParameterFilter { $ArgumentList[0] -eq 'enum-logs' }
        Mock -CommandName Invoke-Native -ParameterFilter { $ArgumentList[0] -eq 'clear-log' }
    }

    It 'deletes <path>' -TestCases @(
        @{ path = 'Windows\MEMORY.DMP' }
        @{ path = 'Windows\Minidump\1.dmp' }
        @{ path = 'Windows\Temp\a\b.txt' }
        @{ path = 'Windows\SoftwareDistribution\Download\a\b.cab' }
        @{ path = 'Users\Administrator\AppData\Local\Temp\a.tmp' }
        @{ path = 'ProgramData\Amazon\SSM\Logs\amazon-ssm-agent.log' }
        @{ path = 'ProgramData\Amazon\EC2-Windows\Launch\Log\Ec2Launch.log' }
    ) {
        Add-Trace -Path "$TestDrive\$path"
        Clear-BuildTrace
        "$TestDrive\$path" | Should -Not -Exist
    }

    It 'keeps what is no trace' {
        Add-Trace -Path "$env:ProgramData\eks-windows-images\report.json"
        Add-Trace -Path "$env:ProgramData\Amazon\SSM\seelog.xml"
        Clear-BuildTrace
        "$env:ProgramData\eks-windows-images\report.json" | Should -Exist
        "$env:ProgramData\Amazon\SSM\seelog.xml" | Should -Exist
    }

    It 'clears every event log' {
        Clear-BuildTrace
        foreach ($log in 'System', 'Microsoft-Windows-Trace/Analytic') {
            Should -Invoke -CommandName Invoke-Native -Times 1 -Exactly -ParameterFilter { ($ArgumentList -join ' ') -eq "clear-log $log" }
        }
    }

    It 'warns if it cannot list the event logs' {
        Mock -CommandName Invoke-Native -MockWith { throw 'no service' } -ParameterFilter { $ArgumentList[0] -eq 'enum-logs' }
        (Clear-BuildTrace 3>&1) -join ' ' | Should -Be 'No event log is cleared: no service'
    }

    It 'goes on and warns if a service, a file or a log resists' {
        Add-Trace -Path "$env:SystemRoot\Minidump\1.dmp"
        Mock -CommandName Get-Service -MockWith { throw 'cannot be stopped' }
        Mock -CommandName Remove-Item -MockWith { throw 'in use' }
        Mock -CommandName Invoke-Native -MockWith { throw 'not while enabled' } -ParameterFilter { ($ArgumentList -join ' ') -eq 'clear-log System' }
        (Clear-BuildTrace 3>&1) -join ' ' | Should -Match 'cannot be stopped.*1\.dmp stays: in use.*log System stays: not while enabled'
        Should -Invoke -CommandName Invoke-Native -Times 1 -Exactly -ParameterFilter { "$ArgumentList" -match '^clear-log .+Analytic$' }
    }
}

Describe 'Get-BuildTrace' {
    BeforeAll {
        $finished = [datetime]'2026-11-10T09:00:00'
    }

    It 'is empty if events and dumps are of the machine itself' {
        Mock -CommandName Get-WinEvent -MockWith { [pscustomobject]@{ TimeCreated = [datetime]'2026-11-10T09:01:00' } }
        Add-Trace -Path "$env:SystemRoot\MEMORY.DMP"
        @(Get-BuildTrace -Before $finished).Count | Should -Be 0
    }

    It 'is empty if a log has no event' {
        Mock -CommandName Get-WinEvent
        @(Get-BuildTrace -Before $finished).Count | Should -Be 0
    }

    It 'names older events and dumps' {
        Mock -CommandName Get-WinEvent
        Mock -CommandName Get-WinEvent -MockWith { [pscustomobject]@{ TimeCreated = [datetime]'2026-11-10T08:00:00' } } -ParameterFilter { $LogName -eq 'System' }
        Add-Trace -Path "$env:SystemRoot\Minidump\1.dmp"
        (Get-Item -Path "$env:SystemRoot\Minidump\1.dmp").LastWriteTime = $finished.AddHours(-1)
        $traces = @(Get-BuildTrace -Before $finished)
        $traces.Count | Should -Be 2
        $traces[0] | Should -Be 'events in System since 2026-11-10T08:00:00'
        $traces[1] | Should -BeLike '*\Minidump\1.dmp'
    }
}
