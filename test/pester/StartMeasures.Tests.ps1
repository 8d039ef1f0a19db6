Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Measure-Part' {
    It 'has the value and the time of a part that succeeds' {
        $part = Measure-Part -Script { 'one'; 'two' }
        $part.Value -join ' ' | Should -Be 'one two'
        $part.Seconds | Should -BeGreaterOrEqual 0
        $part.Problem | Should -Be ''
    }

    It 'has the message and no time of a part that fails' {
        $part = Measure-Part -Script { throw 'no disk' }
        $part.Seconds | Should -BeNullOrEmpty
        { Get-PartValue -Part $part } | Should -Throw 'no disk'
    }
}

Describe 'Get-DiskBytesRead' {
    It 'is what all disks have read' {
        Mock -CommandName Get-CimInstance -MockWith { [pscustomobject]@{ DiskReadBytesPersec = [uint64]3221225472 } }
        Get-DiskBytesRead | Should -Be 3221225472
    }

    It 'is unknown without the counter' {
        Mock -CommandName Get-CimInstance -MockWith { @() }
        { Get-DiskBytesRead } | Should -Throw 'Windows has no counter of what its disks have read.'
    }

    It 'has a counter on this Windows' {
        Get-DiskBytesRead | Should -BeGreaterThan 0
    }
}

Describe 'ConvertTo-StartReport' {
    It 'is null for what could not be measured, and warns' {
        $parts = [ordered]@{
            LaunchAgent = Measure-Part -Script { 'waited' }
            SetUp       = Measure-Part -Script { [datetime]::SpecifyKind([datetime]'2026-11-10T17:40:43', 'Utc') }
            Containerd  = Measure-Part -Script { 'answers' }
            Container   = Measure-Part -Script { throw 'no image' }
            BytesRead   = Measure-Part -Script { 5 }
            DiskUsed    = Measure-Part -Script { 7 }
        }
        $report = ConvertTo-StartReport -Part $parts
        $report.setUpAt | Should -Be '2026-11-10T17:40:43.0000000Z'
        $report.containerSeconds | Should -BeNullOrEmpty
        $report.bytesRead | Should -Be 5
        $report.diskUsedBytes | Should -Be 7
        $report.warnings | Should -Be @('Container was not measured: no image')
    }
}
