Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
    # The storage's command, which other Windows lack.
    function Get-Volume {
        [CmdletBinding()]
        param([string]$DriveLetter)
        [pscustomobject]@{ DriveLetter = $DriveLetter; Size = 1000; SizeRemaining = 400 }
    }
    function Add-File {
        [CmdletBinding()]
        param([string]$Path, [int]$Length)
        New-Item -Path (Split-Path -Path "$TestDrive\$Path" -Parent) -ItemType Directory -Force | Out-Null
        [System.IO.File]::WriteAllBytes("$TestDrive\$Path", (New-Object -TypeName 'byte[]' -ArgumentList $Length))
    }
    $before = $env:SystemRoot, $env:ProgramFiles, $env:ProgramData, $env:SystemDrive
    $env:SystemRoot = "$TestDrive\Windows"
    $env:ProgramFiles = "$TestDrive\Program Files"
    $env:ProgramData = "$TestDrive\ProgramData"
    $env:SystemDrive = "$TestDrive"
    $later = (Get-Date).AddMinutes(5)
}

AfterAll {
    $env:SystemRoot, $env:ProgramFiles, $env:ProgramData, $env:SystemDrive = $before
}

Describe 'Get-DiskUse' {
    BeforeAll {
        Add-File -Path 'root.sys' -Length 999
        Add-File -Path 'Windows\notepad.exe' -Length 1
        Add-File -Path 'Windows\System32\a.dll' -Length 20
        Add-File -Path 'Windows\System32\drivers\b.sys' -Length 300
        Add-File -Path 'Program Files\containerd\containerd.exe' -Length 70
        Add-File -Path 'Users\Administrator\c.txt' -Length 5
        $use = Get-DiskUse -Deadline $later
        $folders = @($use.folders | ForEach-Object { "$($_.path.Substring("$TestDrive\".Length)) $($_.bytes)" })
    }

    It 'says what is used of the disk' {
        $use.usedBytes | Should -Be 600
    }

    It 'has the largest folder first, and the folders of the large ones one by one' {
        $folders | Should -Be @(
            'Windows 321'
            'Windows\System32 320'
            'Program Files 70'
            'Program Files\containerd 70'
            'Users 5'
        )
    }

    It 'has at most 40 folders, the largest' {
        for ($number = 1; $number -le 45; $number++) {
            Add-File -Path "ProgramData\$number\d.txt" -Length (1000 + $number)
        }
        $use = Get-DiskUse -Deadline $later
        @($use.folders).Count | Should -Be 40
        @($use.folders | Select-Object -First 2 | ForEach-Object { $_.bytes }) | Should -Be @(46035, 1045)
        @($use.folders)[-1].bytes | Should -Be 1007
        Remove-Item -Path "$TestDrive\ProgramData" -Recurse
    }

    It 'does not follow a junction' {
        New-Item -Path "$TestDrive\Windows\old" -ItemType Junction -Target "$TestDrive\Program Files" | Out-Null
        New-Item -Path "$TestDrive\Users\old" -ItemType Junction -Target "$TestDrive\Program Files" | Out-Null
        @((Get-DiskUse -Deadline $later).folders | ForEach-Object { $_.bytes }) | Should -Be @(321, 320, 70, 70, 5)
    }

    It 'leaves out the folders, with a warning, if measuring them takes too long' {
        $use = Get-DiskUse -Deadline (Get-Date).AddSeconds(-1) 3>&1
        "$($use[0])" | Should -Be 'No folder of the disk is measured: measuring them takes too long.'
        $use[1].usedBytes | Should -Be 600
        @($use[1].folders).Count | Should -Be 0
    }
}

Describe 'Measure-Folder' {
    It 'counts nothing for what cannot be listed' {
        Measure-Folder -Path "$TestDrive\not-there" -Deadline $later | Should -Be 0
    }
}
