Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Wait-Servicing' {
    BeforeEach {
        $env:SERVICING_MINUTES = '30'
        $script:looks = 0
        Mock -CommandName Start-Sleep
    }

    It 'waits while the worker works and until it has been absent for a minute' {
        Mock -CommandName Get-Process -MockWith {
            $script:looks++
            # Present, absent for a moment, present again.
            if (@(1, 2, 5) -contains $script:looks) {
                [pscustomobject]@{ Name = 'TiWorker' }
            }
        }
        Wait-Servicing
        $script:looks | Should -Be 12
        Should -Invoke -CommandName Start-Sleep -Times 11 -Exactly -ParameterFilter { $Seconds -eq 10 }
    }

    It 'does not wait for TrustedInstaller, which stays without any work' {
        Mock -CommandName Get-Process -MockWith {
            if ($Name -contains 'TrustedInstaller') {
                [pscustomobject]@{ Name = 'TrustedInstaller' }
            }
        }
        Mock -CommandName Write-Warning
        Wait-Servicing
        Should -Invoke -CommandName Start-Sleep -Times 6 -Exactly
        Should -Invoke -CommandName Write-Warning -Times 0 -Exactly
    }

    It 'stops waiting at its limit' {
        $script:now = [datetime]'2026-11-10'
        Mock -CommandName Get-Process -MockWith { [pscustomobject]@{ Name = 'TiWorker' } }
        Mock -CommandName Get-Date -MockWith {
            $script:now = $script:now.AddMinutes(16)
            $script:now
        }
        Wait-Servicing -WarningAction SilentlyContinue
        Should -Invoke -CommandName Start-Sleep -Times 1 -Exactly
    }
}

Describe 'Get-PendingRestart' {
    It 'returns the registry keys that request a restart' {
        Mock -CommandName Test-Path -MockWith { $Path -like '*RebootPending' }
        @(Get-PendingRestart) | Should -Be @('HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending')
    }

    It 'returns nothing if Windows needs none' {
        Mock -CommandName Test-Path -MockWith { $false }
        @(Get-PendingRestart).Count | Should -Be 0
    }
}

Describe 'Invoke-Upkeep' {
    BeforeEach {
        Mock -CommandName Write-Warning
        $script:killed = 0
        $script:looks = 0
        function New-FakeProcess {
            [CmdletBinding()]
            param([int]$ExitCode = 0, [int]$EndsAtLook = 1)
            $process = [pscustomobject]@{ ExitCode = $ExitCode; EndsAtLook = $EndsAtLook }
            $process | Add-Member -MemberType ScriptMethod -Name WaitForExit -Value {
                $script:looks++
                $script:looks -ge $this.EndsAtLook
            }
            $process | Add-Member -MemberType ScriptMethod -Name Kill -Value { $script:killed++ }
            $process
        }
        $deadline = (Get-Date).AddMinutes(5)
    }

    It 'waits until the program has ended, and says so' {
        Mock -CommandName Start-Native -MockWith { New-FakeProcess -EndsAtLook 3 }
        Invoke-Upkeep -FilePath 'C:\a.exe' -ArgumentList 'one', 'two' -Deadline $deadline | Should -Be 'C:\a.exe one two has ended.'
        $script:looks | Should -Be 3
        Should -Invoke -CommandName Start-Native -Times 1 -Exactly -ParameterFilter { $FilePath -eq 'C:\a.exe' -and "$ArgumentList" -eq 'one two' }
        Should -Invoke -CommandName Write-Warning -Times 0 -Exactly
    }

    It 'takes 3010, a wish for a restart, as success' {
        Mock -CommandName Start-Native -MockWith { New-FakeProcess -ExitCode 3010 }
        Invoke-Upkeep -FilePath 'C:\a.exe' -ArgumentList 'one', 'two' -Deadline $deadline | Should -Be 'C:\a.exe one two has ended.'
        Should -Invoke -CommandName Write-Warning -Times 0 -Exactly
    }

    It 'warns of an exit code and fails nothing' {
        Mock -CommandName Start-Native -MockWith { New-FakeProcess -ExitCode -2146498554 }
        Invoke-Upkeep -FilePath 'C:\a.exe' -ArgumentList 'one', 'two' -Deadline $deadline | Should -BeNullOrEmpty
        Should -Invoke -CommandName Write-Warning -Times 1 -Exactly -ParameterFilter { $Message -eq 'C:\a.exe one two failed: it exited with 0x800f0806.' }
    }

    It 'stops the program at the deadline' {
        Mock -CommandName Start-Native -MockWith { New-FakeProcess -EndsAtLook 9 }
        Invoke-Upkeep -FilePath 'C:\a.exe' -ArgumentList 'one' -Deadline (Get-Date).AddMinutes(-1) | Should -BeNullOrEmpty
        $script:killed | Should -Be 1
        Should -Invoke -CommandName Write-Warning -Times 1 -Exactly -ParameterFilter { $Message -like '*not ended in time*' }
    }

    It 'warns if the program cannot be started' {
        Invoke-Upkeep -FilePath 'C:\no-such-program.exe' -ArgumentList 'one' -Deadline (Get-Date) | Should -BeNullOrEmpty
        Should -Invoke -CommandName Write-Warning -Times 1 -Exactly -ParameterFilter { $Message -like 'C:\no-such-program.exe one failed: *' }
    }
}
