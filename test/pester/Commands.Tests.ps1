Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Invoke-Native' {
    It 'passes on what a program says, whichever way it says it' {
        $said = Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'echo one& echo two 1>&2')
        ($said -join ' ') | Should -Match 'one.*two'
    }

    It 'passes on nothing but the output where only that counts, and throws the rest too' {
        Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'echo one& echo two 1>&2') -OutputOnly | Should -Be 'one'
        { Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'echo one& echo two 1>&2& exit 3') -OutputOnly } | Should -Throw '*exited with 3: *two*'
    }

    It 'throws the exit code and the last of what was said' {
        { Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'echo the cause& exit 3') } | Should -Throw '*exited with 3: *the cause*'
    }

    It 'lets pass the exit codes that are allowed, and leaves none behind' {
        Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'exit 3') -AllowedExitCode @(0, 3)
        $LASTEXITCODE | Should -Be 0
    }

    It 'leaves no exit code behind when it throws either' {
        { Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'exit 3') } | Should -Throw
        $LASTEXITCODE | Should -Be 0
    }

    It 'says that there is no such program' {
        { Invoke-Native -FilePath 'no-such-program.exe' } | Should -Throw 'There is no program no-such-program.exe.'
    }
}

Describe 'Start-Native' {
    It 'does not wait, and knows the exit code afterwards' {
        $process = Start-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'exit 4')
        $process.WaitForExit(30000) | Should -BeTrue
        $process.ExitCode | Should -Be 4
    }
}

Describe 'Invoke-WithRetry' {
    BeforeEach {
        Mock -CommandName Start-Sleep
        $script:attempts = 0
    }

    It 'tries again until nothing is thrown' {
        $result = Invoke-WithRetry -Activity 'Trying' -WarningAction SilentlyContinue -Script {
            $script:attempts++
            if ($script:attempts -lt 3) {
                throw 'not yet'
            }
            'done'
        }
        $result | Should -Be 'done'
        $script:attempts | Should -Be 3
    }

    It 'doubles its pauses' {
        { Invoke-WithRetry -Activity 'Trying' -DelaySeconds 15 -WarningAction SilentlyContinue -Script { throw 'never' } } | Should -Throw 'never'
        foreach ($pause in 15, 30, 60) {
            Should -Invoke -CommandName Start-Sleep -Times 1 -Exactly -ParameterFilter { $Seconds -eq $pause }
        }
    }

    It 'throws what the last attempt threw' {
        { Invoke-WithRetry -Activity 'Trying' -MaximumAttempts 2 -WarningAction SilentlyContinue -Script {
                $script:attempts++
                throw "attempt $script:attempts"
            } } | Should -Throw 'attempt 2'
    }

    It 'does not repeat what is final' {
        { Invoke-WithRetry -Activity 'Trying' -FinalPattern 'not found' -Script {
                $script:attempts++
                throw 'file not found'
            } } | Should -Throw 'file not found'
        $script:attempts | Should -Be 1
    }
}
