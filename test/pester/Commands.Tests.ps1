Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Invoke-Native' {
    It 'passes on standard output and standard error' {
        $said = Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'echo one& echo two 1>&2')
        ($said -join ' ') | Should -Match 'one.*two'
    }

    It 'passes on standard output only with OutputOnly, and throws with nothing but standard error' {
        Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'echo one& echo two 1>&2') -OutputOnly | Should -Be 'one'
        { Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'echo one& echo two 1>&2& exit 3') -OutputOnly } | Should -Throw '*exited with 3: two*'
    }

    It 'throws with the exit code and the last output first, and the arguments last' {
        { Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'echo the cause& exit 3') } | Should -Throw 'cmd.exe exited with 3: *the cause* (arguments: /c echo the cause& exit 3)'
    }

    It 'keeps the cause in a failure line, however long the arguments are' {
        $long = @('/c', 'echo the cause& exit 3', ('x' * 1000))
        try {
            Invoke-Native -FilePath 'cmd.exe' -ArgumentList $long
        }
        catch {
            $thrown = $_.Exception
        }
        Get-FailureLine -Name 'step' -FailureClass 'provision' -Exception $thrown | Should -BeLike '*cmd.exe exited with 3: *the cause*'
    }

    It 'accepts allowed exit codes and resets LASTEXITCODE' {
        Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'exit 3') -AllowedExitCode @(0, 3)
        $LASTEXITCODE | Should -Be 0
    }

    It 'resets LASTEXITCODE when it throws' {
        { Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'exit 3') } | Should -Throw
        $LASTEXITCODE | Should -Be 0
    }

    It 'gives a text to standard input' {
        Invoke-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'set /p given=& call echo [%given%]') -InputText '{"a":1}' | Should -Be '[{"a":1}]'
    }

    It 'throws if there is no such program' {
        { Invoke-Native -FilePath 'no-such-program.exe' } | Should -Throw 'There is no program no-such-program.exe.'
    }
}

Describe 'Start-Native' {
    It 'does not wait and provides the exit code afterwards' {
        $process = Start-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'exit 4')
        $process.WaitForExit(30000) | Should -BeTrue
        $process.ExitCode | Should -Be 4
    }

    It 'writes standard error to a file' {
        $process = Start-Native -FilePath 'cmd.exe' -ArgumentList @('/c', 'echo the cause 1>&2') -ErrorPath "$TestDrive\errors.txt"
        $process.WaitForExit(30000) | Should -BeTrue
        Get-Content -Path "$TestDrive\errors.txt" | Should -Match '^the cause'
    }
}

Describe 'Invoke-WithRetry' {
    BeforeEach {
        Mock -CommandName Start-Sleep
        $script:attempts = 0
    }

    It 'retries until nothing is thrown' {
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

    It 'rethrows the exception of the last attempt' {
        { Invoke-WithRetry -Activity 'Trying' -MaximumAttempts 2 -WarningAction SilentlyContinue -Script {
                $script:attempts++
                throw "attempt $script:attempts"
            } } | Should -Throw 'attempt 2'
    }

    It 'does not retry a final failure' {
        { Invoke-WithRetry -Activity 'Trying' -FinalPattern 'not found' -Script {
                $script:attempts++
                throw 'file not found'
            } } | Should -Throw 'file not found'
        $script:attempts | Should -Be 1
    }
}
