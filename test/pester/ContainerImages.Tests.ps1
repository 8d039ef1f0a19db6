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

Describe 'Add-ContainerImage' {
    BeforeEach {
        $digest = "sha256:$('a' * 64)"
        $script:ran = @()
        Mock -CommandName Start-Sleep
        Mock -CommandName Invoke-Ctr -MockWith {
            $script:ran += $ArgumentList -join ' '
            if ($ArgumentList[1] -eq 'list') {
                "$($ArgumentList[2] -replace '^name==', '') application/vnd.oci.image.index.v1+json $digest 100 MiB windows/amd64 io.cri-containerd.pinned=pinned"
            }
        }
    }

    It 'pulls through the mirrors and pins the image' {
        $image = Add-ContainerImage -Reference 'mcr.microsoft.com/windows/nanoserver:ltsc2022'
        @($script:ran | Where-Object { $_ -like 'images pull --hosts-dir *certs.d *nanoserver:ltsc2022' }).Count | Should -Be 1
        @($script:ran | Where-Object { $_ -like 'images label *nanoserver:ltsc2022 io.cri-containerd.pinned=pinned' }).Count | Should -Be 1
        $image.digest | Should -Be $digest
        $image.pinned | Should -BeTrue
    }

    It 'pulls by a given digest and also tags the image with its name' {
        Add-ContainerImage -Reference 'example.com/pause:3.10' -Digest $digest | Out-Null
        @($script:ran | Where-Object { $_ -like "images pull *example.com/pause@$digest" }).Count | Should -Be 1
        @($script:ran | Where-Object { $_ -like "images tag --force example.com/pause@$digest example.com/pause:3.10" }).Count | Should -Be 1
    }

    It 'refuses an image with another digest' {
        $thrown = { Add-ContainerImage -Reference 'example.com/pause:3.10' -Digest "sha256:$('b' * 64)" } | Should -Throw -PassThru
        $thrown.Exception.Data['FailureClass'] | Should -Be 'checksum'
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
