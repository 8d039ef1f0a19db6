Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
    function Get-FakeService {
        [CmdletBinding()]
        param([string]$PathName = '"C:\csi\csi-proxy.exe" -windows-service')
        [pscustomobject]@{ Name = 'csiproxy'; DisplayName = 'csiproxy'; PathName = $PathName; StartMode = 'Auto' }
    }
}

Describe 'Get-CsiProxyService' {
    It 'finds the service that runs csi-proxy.exe, whatever its name' {
        Mock -CommandName Get-CimInstance -MockWith { (Get-FakeService -PathName 'C:\Windows\other.exe'), (Get-FakeService) }
        (Get-CsiProxyService).PathName | Should -Match 'csi-proxy'
    }

    It 'returns nothing if there is none' {
        Mock -CommandName Get-CimInstance -MockWith { Get-FakeService -PathName 'C:\Windows\other.exe' }
        Get-CsiProxyService | Should -BeNullOrEmpty
    }
}

Describe 'Get-CsiProxyPath' {
    It 'returns the path of the service' {
        Mock -CommandName Get-CsiProxyService -MockWith { Get-FakeService }
        Get-CsiProxyPath | Should -Be 'C:\csi\csi-proxy.exe'
    }

    It 'finds csi-proxy.exe without a service, and is empty if it is absent' {
        Mock -CommandName Get-CsiProxyService
        Mock -CommandName Get-ChildItem
        Mock -CommandName Get-EksFile -MockWith { 'C:\Program Files\Amazon\EKS\a.ps1', 'C:\Program Files\Amazon\EKS\bin\csi-proxy.exe' }
        Get-CsiProxyPath | Should -Be 'C:\Program Files\Amazon\EKS\bin\csi-proxy.exe'
        Mock -CommandName Get-EksFile
        Get-CsiProxyPath | Should -Be ''
    }
}

Describe 'Get-EksTask' {
    It 'sorts by name' {
        Mock -CommandName Get-ScheduledTask -MockWith { 'EKS b', 'EKS a' | ForEach-Object { [pscustomobject]@{ TaskName = $_ } } }
        @(Get-EksTask | ForEach-Object { $_.TaskName }) | Should -Be @('EKS a', 'EKS b')
    }
}

Describe 'Get-EksFile' {
    BeforeAll {
        $before = $env:ProgramFiles, $env:ProgramData
        $env:ProgramFiles = Join-Path -Path $TestDrive -ChildPath 'files'
        $env:ProgramData = Join-Path -Path $TestDrive -ChildPath 'data'
    }

    AfterAll {
        $env:ProgramFiles, $env:ProgramData = $before
    }

    It 'returns none if there is no EKS' {
        @(Get-EksFile).Count | Should -Be 0
    }

    It 'returns files at any depth, without logs' {
        $directory = Join-Path -Path $env:ProgramFiles -ChildPath 'Amazon\EKS\bin'
        New-Item -Path $directory, "$directory\logs" -ItemType Directory -Force | Out-Null
        foreach ($name in 'a.exe', 'a.log', 'logs\b.txt') {
            [System.IO.File]::WriteAllText("$directory\$name", '')
        }
        @(Get-EksFile | Split-Path -Leaf) | Should -Be @('a.exe')
    }
}

Describe 'Get-EksState' {
    It 'is empty if there is nothing of EKS' {
        Mock -CommandName Get-CsiProxyService
        Mock -CommandName Get-CsiProxyPath
        Mock -CommandName Get-EksTask
        Mock -CommandName Get-NodeSetting
        $state = ConvertFrom-Json -InputObject (ConvertTo-Json -InputObject (Get-EksState))
        $state.csiProxyService | Should -Be ''
        $state.csiProxyProgram | Should -Be ''
        @($state.tasks).Count | Should -Be 0
        @($state.settings).Count | Should -Be 0
    }
}

Describe 'Get-WantedEksState' {
    It 'returns the state of <from> on <recipe>' -TestCases @(
        @{ recipe = 'layer'; from = 'base' }
        @{ recipe = 'assemble'; from = 'eks' }
    ) {
        $env:RECIPE_KIND = $recipe
        $env:WORK_DIRECTORY = "$TestDrive"
        Mock -CommandName Read-Json -MockWith { [pscustomobject]@{ eks = [System.IO.Path]::GetFileNameWithoutExtension($Path) } }
        Get-WantedEksState | Should -Be $from
    }

    It 'has the settings that custom scripts have left' {
        $env:RECIPE_KIND = 'layer'
        $env:WORK_DIRECTORY = "$TestDrive\custom"
        New-Item -Path "$env:WORK_DIRECTORY\output" -ItemType Directory -Force | Out-Null
        Save-Json -Path (Get-WorkPath 'output\base.json') -Value @{ eks = @{ tasks = @('EKS a'); settings = @(@{ kind = 'service'; name = 'spooler'; value = 'Auto' }) } }
        Save-Json -Path (Get-WorkPath 'output\settings.json') -Value @(@{ kind = 'service'; name = 'spooler'; value = 'Disabled' })
        $wanted = Get-WantedEksState
        $wanted.tasks | Should -Be @('EKS a')
        @($wanted.settings).Count | Should -Be 1
        $wanted.settings[0].value | Should -Be 'Disabled'
    }
}

Describe 'Save-WantedSetting' {
    It 'warns of what changed, and takes it for wanted from then on' {
        $env:RECIPE_KIND = 'layer'
        $env:WORK_DIRECTORY = "$TestDrive\saved"
        New-Item -Path "$env:WORK_DIRECTORY\output" -ItemType Directory -Force | Out-Null
        Save-Json -Path (Get-WorkPath 'output\base.json') -Value @{ eks = @{ settings = @(@{ kind = 'feature'; name = 'Hyper-V'; value = 'installed' }) } }
        Mock -CommandName Get-NodeSetting -MockWith { [pscustomobject]@{ kind = 'feature'; name = 'Containers'; value = 'installed' } }
        (Save-WantedSetting -By 'A script' 3>&1) -join ' ' |
            Should -Be "A script changed what AWS's image has: feature Hyper-V is '' instead of 'installed'."
        @((Get-WantedEksState).settings | ForEach-Object { $_.name }) | Should -Be @('Containers')
    }
}

Describe 'Get-EksLoss' {
    BeforeEach {
        $program = Join-Path -Path $TestDrive -ChildPath 'csi-proxy.exe'
        [System.IO.File]::WriteAllText($program, '')
        Mock -CommandName Get-CsiProxyService
        Mock -CommandName Get-EksTask -MockWith { [pscustomobject]@{ TaskName = 'EKS a' } }
    }

    It 'returns nothing if nothing is wanted' {
        @(Get-EksLoss -Wanted ([pscustomobject]@{ csiProxyService = ''; csiProxyProgram = ''; tasks = @() })).Count | Should -Be 0
    }

    It 'does not demand a service if only the program is wanted' {
        @(Get-EksLoss -Wanted ([pscustomobject]@{ csiProxyService = ''; csiProxyProgram = $program; tasks = @('EKS a') })).Count | Should -Be 0
    }

    It 'names everything that is missing' {
        $lost = @(Get-EksLoss -Wanted ([pscustomobject]@{ csiProxyService = 'csiproxy'; csiProxyProgram = "$program.old"; tasks = @('EKS a', 'EKS b') }))
        $lost.Count | Should -Be 3
        $lost[2] | Should -Be 'there is no scheduled task EKS b'
    }

    It 'names a setting that differs' {
        Mock -CommandName Get-NodeSetting -MockWith { [pscustomobject]@{ kind = 'ports'; name = 'tcp'; value = '49152 16384' } }
        $settings = @([pscustomobject]@{ kind = 'ports'; name = 'tcp'; value = '16385 49151' })
        $wanted = [pscustomobject]@{ csiProxyService = ''; csiProxyProgram = ''; tasks = @(); settings = $settings }
        Get-EksLoss -Wanted $wanted | Should -Be "ports tcp is '49152 16384' instead of '16385 49151'"
    }
}

Describe 'Get-HarvestedPath' {
    It 'contains csi-proxy.exe once, wherever it is' {
        Mock -CommandName Get-EksFile -MockWith { 'C:\eks\a.ps1', 'C:\eks\csi-proxy.exe' }
        @(Get-HarvestedPath -CsiProxy 'C:\eks\csi-proxy.exe') | Should -Be @('C:\eks\a.ps1', 'C:\eks\csi-proxy.exe')
        @(Get-HarvestedPath -CsiProxy '') | Should -Be @('C:\eks\a.ps1', 'C:\eks\csi-proxy.exe')
    }
}
