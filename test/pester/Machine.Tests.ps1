Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Get-FileVersion' {
    It 'reads the version from the resources of the file' {
        Get-FileVersion -Path "$env:SystemRoot\System32\WindowsPowerShell\v1.0\powershell.exe" | Should -Match '^10\.0\.'
    }

    It 'is empty if there is none' {
        Get-FileVersion -Path "$PSScriptRoot\Machine.Tests.ps1" | Should -Be ''
    }
}

Describe 'Get-OsBuild' {
    It 'returns the build with its revision' {
        $build = Get-OsBuild
        $build.Major | Should -Be ([Environment]::OSVersion.Version.Build)
        $build.Minor | Should -BeGreaterThan 0
    }
}

Describe 'Get-ImageState' {
    It 'is complete on a running machine' {
        Get-ImageState | Should -Be 'IMAGE_STATE_COMPLETE'
    }
}

Describe 'Get-ProgramVersion' {
    It 'finds the version in <text>' -TestCases @(
        @{ text = 'Kubernetes v1.35.8-eks-0123456'; version = '1.35.8' }
        @{ text = 'containerd github.com/containerd/containerd v1.7.27 05044ec0a9a75232'; version = '1.7.27' }
        @{ text = 'aws-cli/2.31.0 Python/3.13.7 Windows/2022Server exe/AMD64'; version = '2.31.0' }
    ) {
        Mock -CommandName Invoke-Native -MockWith { $text }
        Get-ProgramVersion -Path 'a.exe' | Should -Be ([version]$version)
    }

    It 'throws if the program prints no version' {
        Mock -CommandName Invoke-Native -MockWith { 'usage: a.exe' }
        { Get-ProgramVersion -Path 'a.exe' } | Should -Throw 'a.exe states no version*'
    }
}

Describe 'Get-SysprepComplaint' {
    It 'returns the text after the component in the log' {
        Mock -CommandName Get-Content -MockWith { '2026-11-10 10:00:00, Error      [0x0f0082] SYSPRP ActionPlatform::LaunchModule: Failure occurred', 'other' }
        @(Get-SysprepComplaint) | Should -Be @('ActionPlatform::LaunchModule: Failure occurred')
    }

    It 'leaves out what sysprep also logs when it succeeds' {
        Mock -CommandName Get-Content -MockWith {
            '2026-11-10 10:00:00, Error                 SYSPRP MRTGeneralize:98 - ERROR: Failed ConnectServer'
            '2026-11-10 10:00:00, Error      [0x0f0073] SYSPRP setupdigetclassdevs failed with error 0'
            '2026-11-10 10:00:01, Error                 SYSPRP Failed to remove staged package'
        }
        @(Get-SysprepComplaint) | Should -Be @('Failed to remove staged package')
    }
}

Describe 'Get-AppInTheWay' {
    It 'returns each app that sysprep names, once' {
        Mock -CommandName Get-Content -MockWith {
            '2026-11-10 10:00:00, Error                 SYSPRP Package Microsoft.Edge.GameAssist_1.0.3423.0_x64__8wekyb3d8bbwe was installed for a user, but not provisioned for all users. This package will not function properly in the sysprep image.'
            '2026-11-10 10:00:00, Error                 SYSPRP Failed to remove apps for the current user: 0x80073cf2.'
            '2026-11-10 10:00:01, Error                 SYSPRP Package Microsoft.Edge.GameAssist_1.0.3423.0_x64__8wekyb3d8bbwe was installed for a user, but not provisioned for all users.'
        }
        @(Get-AppInTheWay) | Should -Be @('Microsoft.Edge.GameAssist_1.0.3423.0_x64__8wekyb3d8bbwe')
        Get-SysprepError | Should -BeLike 'Package Microsoft.Edge.GameAssist*'
    }

    It 'returns nothing if sysprep names no app or logs no error' {
        Mock -CommandName Get-Content -MockWith { '2026-11-10 10:00:00, Error [0x0f0082] SYSPRP ActionPlatform::LaunchModule: Failure occurred' }
        @(Get-AppInTheWay).Count | Should -Be 0
        Mock -CommandName Get-Content
        @(Get-AppInTheWay).Count | Should -Be 0
    }
}

Describe 'Get-ServiceCommand' {
    It 'has no leading quotation mark' {
        Mock -CommandName Get-CimInstance -MockWith { [pscustomobject]@{ PathName = '"C:\Program Files\a\a.exe" --run-service' } }
        Get-ServiceCommand -Name 'a' | Should -Be 'C:\Program Files\a\a.exe" --run-service'
    }

    It 'is empty if there is no such service' {
        Mock -CommandName Get-CimInstance
        Get-ServiceCommand -Name 'a' | Should -Be ''
    }
}

Describe 'Get-SysprepError' {
    It 'names an app in the way first, and the last error with a code' {
        Mock -CommandName Get-Content -MockWith {
            '2026-11-10 10:00:00, Error                 SYSPRP MRTGeneralize:98 - ERROR: Failed ConnectServer; hr = 0x80041002'
            '2026-11-10 10:00:00, Error                 SYSPRP Package Some.App_1.0 was installed for a user, but not provisioned for all users.'
            '2026-11-10 10:00:01, Error                 SYSPRP Failed to remove apps for the current user: 0x80073cf2.'
            "2026-11-10 10:00:01, Error                 SYSPRP ActionPlatform::LaunchModule: Failure occurred while executing 'SysprepGeneralizeValidate'; dwRet = 0x3cf2"
            '2026-11-10 10:00:02, Error      [0x0f00d8] SYSPRP WinMain:Hit failure while pre-validate sysprep generalize internal providers; hr = 0x80073cf2'
        }
        Get-SysprepError | Should -Be 'Package Some.App_1.0 was installed for a user, but not provisioned for all users. ... WinMain:Hit failure while pre-validate sysprep generalize internal providers; hr = 0x80073cf2'
    }

    It 'prefers the first and the last error with a code to all others' {
        Mock -CommandName Get-Content -MockWith {
            '2026-11-10 10:00:00, Error                 SYSPRP Failed to re-enable a trigger'
            "2026-11-10 10:00:01, Error      [0x0f0082] SYSPRP ActionPlatform::LaunchModule: Failure occurred while executing 'Sysprep_Generalize_Pnp'; dwRet = 0x1f"
            '2026-11-10 10:00:01, Error                 SYSPRP SysprepSession::ExecuteAction: Failed; dwRet = 0x1f'
            '2026-11-10 10:00:02, Error      [0x0f00a8] SYSPRP WinMain:Hit failure while processing sysprep generalize providers; hr = 0x8007001f'
            '2026-11-10 10:00:03, Error                 SYSPRP Something without a code'
        }
        Get-SysprepError | Should -Be "ActionPlatform::LaunchModule: Failure occurred while executing 'Sysprep_Generalize_Pnp'; dwRet = 0x1f ... WinMain:Hit failure while processing sysprep generalize providers; hr = 0x8007001f"
    }

    It 'is a single error once' {
        Mock -CommandName Get-Content -MockWith { '2026-11-10 10:00:00, Error                 SYSPRP It failed.' }
        Get-SysprepError | Should -Be 'It failed.'
    }

    It 'is empty if sysprep logs no error' {
        Mock -CommandName Get-Content
        Get-SysprepError | Should -Be ''
    }
}

Describe 'Get-Sha256' {
    It 'is in lower case, also for a file whose name looks like a pattern' {
        $path = Join-Path -Path $TestDrive -ChildPath 'a[1].txt'
        [System.IO.File]::WriteAllText($path, '')
        Get-Sha256 -Path $path | Should -BeExactly 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    }
}

Describe 'Add-ReportedBinary' {
    It 'keeps the last entry of each file' {
        $env:WORK_DIRECTORY = "$TestDrive"
        New-Item -Path (Get-WorkPath 'output') -ItemType Directory -Force | Out-Null
        Add-ReportedBinary -Path 'C:\a.exe' -Version '1.0.0' -From 'base'
        Add-ReportedBinary -Path 'C:\b.exe' -Version '' -From 'harvest'
        Add-ReportedBinary -Path 'C:\a.exe' -Version '1.0.1' -From 'download'
        $reported = @(Get-ReportedBinary)
        $reported.Count | Should -Be 2
        ($reported | Where-Object { $_.path -eq 'C:\a.exe' }).version | Should -Be '1.0.1'
    }

    It 'knows what a repeated step finds as what it has installed' {
        $env:WORK_DIRECTORY = "$TestDrive"
        Add-ReportedBinary -Path 'C:\c.exe' -Version '1.0.1' -From 'download'
        Add-ReportedBinary -Path 'C:\c.exe' -Version '1.0.1' -From 'base'
        (Get-ReportedBinary | Where-Object { $_.path -eq 'C:\c.exe' }).from | Should -Be 'download'
    }
}

Describe 'Assert-That' {
    It 'throws its message unless the condition holds' {
        { Assert-That -Condition $false -Message 'It does not hold.' } | Should -Throw 'It does not hold.'
        { Assert-That -Condition $true -Message 'It does not hold.' } | Should -Not -Throw
    }
}

Describe 'Invoke-Check' {
    It 'passes unless the script throws' {
        $check = Invoke-Check -Name 'a' -Script { 'one'; 'two' }
        $check.passed | Should -BeTrue
        $check.detail | Should -Be 'one two'
    }

    It 'fails with the message that the script throws' {
        $check = Invoke-Check -Name 'a' -Script { throw 'the cause' }
        $check.passed | Should -BeFalse
        $check.detail | Should -Be 'the cause'
    }
}
