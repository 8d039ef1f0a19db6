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

Describe 'Get-DiskBytesUsed' {
    It 'leaves out the page files of the system disk' {
        Mock -CommandName Get-Volume -MockWith { [pscustomobject]@{ Size = [uint64]107374182400; SizeRemaining = [uint64]75161927680 } }
        Mock -CommandName Get-CimInstance -MockWith {
            [pscustomobject]@{ Name = "$env:SystemDrive\pagefile.sys"; AllocatedBaseSize = [uint32]16384 }
            [pscustomobject]@{ Name = 'Q:\pagefile.sys'; AllocatedBaseSize = [uint32]1024 }
        }
        Get-DiskBytesUsed | Should -Be 15032385536
    }

    It 'is what is used if there is no page file' {
        Mock -CommandName Get-Volume -MockWith { [pscustomobject]@{ Size = [uint64]107374182400; SizeRemaining = [uint64]75161927680 } }
        Mock -CommandName Get-CimInstance -MockWith { @() }
        Get-DiskBytesUsed | Should -Be 32212254720
    }
}

Describe 'Invoke-OnColdDisk' {
    BeforeEach {
        $attempts = New-Object -TypeName 'System.Collections.Generic.List[int]'
    }

    It 'runs once more what took too long: <problem>' -TestCases @(
        @{ problem = 'ctr.exe exited with 1: ctr: context deadline exceeded' }
        @{ problem = 'ctr.exe exited with 1: hcsshim: timeout waiting for notification' }
    ) {
        $value = Invoke-OnColdDisk -Activity 'It' -WarningAction SilentlyContinue -Script {
            $attempts.Add(1)
            if ($attempts.Count -eq 1) {
                throw $problem
            }
            'runs'
        }
        $value | Should -Be 'runs'
    }

    It 'runs once more a service that Windows did not wait for' {
        $cause = New-Object -TypeName System.ComponentModel.Win32Exception -ArgumentList 1053, 'The service did not respond to the start or control request in a timely fashion'
        $problem = New-Object -TypeName System.InvalidOperationException -ArgumentList 'Cannot start service containerd.', $cause
        Invoke-OnColdDisk -Activity 'It' -WarningAction SilentlyContinue -Script {
            $attempts.Add(1)
            if ($attempts.Count -eq 1) {
                throw $problem
            }
        }
        $attempts.Count | Should -Be 2
    }

    It 'fails after <expected> attempts: <problem>' -TestCases @(
        @{ problem = 'ctr.exe exited with 1: ctr: image is not found'; expected = 1 }
        @{ problem = 'ctr.exe exited with 1: ctr: context deadline exceeded'; expected = 2 }
    ) {
        $failing = {
            $attempts.Add(1)
            throw $problem
        }
        { Invoke-OnColdDisk -Activity 'It' -WarningAction SilentlyContinue -Script $failing } | Should -Throw $problem
        $attempts.Count | Should -Be $expected
    }
}

Describe 'ConvertTo-StartReport' {
    It 'is null for what could not be measured, and warns' {
        $parts = [ordered]@{
            LaunchAgent = Measure-Part -Script { 'waited' }
            SetUp       = Measure-Part -Script { [datetime]::SpecifyKind([datetime]'2026-11-10T17:40:43', 'Utc') }
            WinRm       = Measure-Part -Script { [datetime]::SpecifyKind([datetime]'2026-11-10T17:40:13', 'Utc') }
            Containerd  = Measure-Part -Script { 'answers' }
            Container   = Measure-Part -Script { throw 'no image' }
            BytesRead   = Measure-Part -Script { 5 }
            DiskUsed    = Measure-Part -Script { 7 }
        }
        $report = ConvertTo-StartReport -Part $parts
        $report.setUpAt | Should -Be '2026-11-10T17:40:43.0000000Z'
        $report.winrmAt | Should -Be '2026-11-10T17:40:13.0000000Z'
        $report.containerSeconds | Should -BeNullOrEmpty
        $report.bytesRead | Should -Be 5
        $report.diskUsedBytes | Should -Be 7
        $report.warnings | Should -Be @('Container was not measured: no image')
    }

    It 'is null for times that the machine does not know' {
        $unknown = Measure-Part -Script { throw 'no log' }
        $parts = [ordered]@{ LaunchAgent = $unknown }
        'SetUp', 'WinRm', 'Containerd', 'Container', 'BytesRead', 'DiskUsed' | ForEach-Object { $parts[$_] = $unknown }
        $report = ConvertFrom-Json -InputObject (ConvertTo-Json -InputObject (ConvertTo-StartReport -Part $parts))
        $report.setUpAt | Should -BeNullOrEmpty
        $report.winrmAt | Should -BeNullOrEmpty
        $report.warnings.Count | Should -Be 6
    }
}
