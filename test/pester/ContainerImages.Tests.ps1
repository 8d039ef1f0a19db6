Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Invoke-Ctr' {
    It 'runs ctr in kubelet''s namespace and suppresses warnings' {
        Mock -CommandName Invoke-Native -MockWith { "$($ArgumentList -join ' ') $OutputOnly $env:CONTAINERD_SUPPRESS_DEPRECATION_WARNINGS" }
        Invoke-Ctr -ArgumentList @('images', 'list') | Should -Be '--namespace k8s.io images list True true'
    }
}

Describe 'Protect-ContainerImage' {
    It 'sets the label that kubelet''s runtime reads' {
        $script:ran = @()
        Mock -CommandName Invoke-Ctr -MockWith { $script:ran += $ArgumentList -join ' ' }
        Protect-ContainerImage -Reference 'amazonaws.com/eks/pause-windows:latest'
        $script:ran | Should -Be 'images label amazonaws.com/eks/pause-windows:latest io.cri-containerd.pinned=pinned'
    }
}

Describe 'Get-ContainerImage' {
    It 'says whether the image is unpacked: <unpacked>' -TestCases @(
        @{ row = "complete (2/2)    417.0 B/417.0 B true "; unpacked = $true }
        @{ row = "incomplete (1/2)  256.0 B/417.0 B true"; unpacked = $true }
        @{ row = "unavailable (0/?) 0.0 B/?         false"; unpacked = $false }
    ) {
        $script:state = $row
        Mock -CommandName Invoke-Ctr -MockWith {
            if ($ArgumentList[1] -eq 'check') {
                return 'REF TYPE DIGEST STATUS SIZE UNPACKED ', "example.com/app:1 type sha256:$('a' * 64) $script:state"
            }
            "example.com/app:1 type sha256:$('a' * 64) 1 MiB windows/amd64 -"
        }
        (Get-ContainerImage -Reference 'example.com/app:1').unpacked | Should -Be $unpacked
        Should -Invoke -CommandName Invoke-Ctr -ParameterFilter { $ArgumentList -contains 'check' -and $AllowedExitCode -contains 1 } -Exactly 1
    }

    It 'does not return another image whose name begins alike' {
        Mock -CommandName Invoke-Ctr -MockWith { "example.com/app:10 type sha256:$('a' * 64) 1 MiB windows/amd64 -" }
        { Get-ContainerImage -Reference 'example.com/app:1' } | Should -Throw 'containerd does not have example.com/app:1.'
    }
}

Describe 'Get-CachedImage' {
    It 'returns every other image by name, pinned or not' {
        Mock -CommandName Invoke-Ctr -MockWith {
            if ($ArgumentList -contains '--quiet') {
                return 'example.com/app:1', 'example.com/pause:3.10', "sha256:$('a' * 64)"
            }
            "$($ArgumentList[2] -replace '^name==', '') type sha256:$('a' * 64) 1 MiB windows/amd64 -"
        }
        $images = @(Get-CachedImage -Besides @('example.com/pause:3.10'))
        @($images | ForEach-Object { $_.name }) | Should -Be @('example.com/app:1')
        $images[0].pinned | Should -BeFalse
    }
}

Describe 'Find-RunnableImage' {
    BeforeEach {
        Mock -CommandName Invoke-Ctr -MockWith { 'example.com/pause:3.10', 'mcr.microsoft.com/windows/servercore:ltsc2022' }
    }

    It 'prefers a wanted image that has a shell' {
        Find-RunnableImage -Wanted @('example.com/app:1', 'mcr.microsoft.com/windows/nanoserver:ltsc2022') | Should -Be 'mcr.microsoft.com/windows/nanoserver:ltsc2022'
    }

    It 'skips images that may lack a shell' {
        Find-RunnableImage -Wanted @('example.com/app:1') | Should -Be 'mcr.microsoft.com/windows/servercore:ltsc2022'
    }

    It 'falls back to an image of the base' {
        Find-RunnableImage -Wanted @() | Should -Be 'mcr.microsoft.com/windows/servercore:ltsc2022'
    }
}
