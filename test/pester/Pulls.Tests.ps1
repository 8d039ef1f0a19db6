Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Add-ContainerImage' {
    BeforeEach {
        $env:WORK_DIRECTORY = "$TestDrive"
        $script:known = "sha256:$('a' * 64)"
        $script:ran = @()
        $script:unpacked = 'true'
        Mock -CommandName Get-OsBuild -MockWith { [version]'20348.2849' }
        Mock -CommandName Start-Sleep
        Mock -CommandName Invoke-Ctr -MockWith {
            $script:ran += $ArgumentList -join ' '
            $name = "$($ArgumentList[2])" -replace '^name==', ''
            if ($ArgumentList[1] -eq 'list') {
                "$name application/vnd.oci.image.index.v1+json $script:known 100 MiB windows/amd64 io.cri-containerd.pinned=pinned"
            }
            if ($ArgumentList[1] -eq 'check') {
                "$name application/vnd.oci.image.index.v1+json $script:known complete (2/2) 1 MiB/1 MiB $script:unpacked"
            }
        }
    }

    It 'pulls the build of this Windows through the mirrors and pins the image' {
        $image = Add-ContainerImage -Reference 'mcr.microsoft.com/windows/nanoserver:ltsc2022'
        @($script:ran | Where-Object { $_ -like 'images pull --platform windows(10.0.20348)/amd64 --hosts-dir *certs.d *nanoserver:ltsc2022' }).Count | Should -Be 1
        @($script:ran | Where-Object { $_ -like 'images label *nanoserver:ltsc2022 io.cri-containerd.pinned=pinned' }).Count | Should -Be 1
        $image.digest | Should -Be $script:known
        $image.pinned | Should -BeTrue
    }

    It 'gives and pins the names by which kubelet looks up <reference>' -TestCases @(
        @{ reference = 'example.com:5000/a/b:1'; given = ''; pulled = 'example.com:5000/a/b:1'; named = @('example.com:5000/a/b@DIGEST') }
        @{ reference = 'example.com:5000/a/b'; given = ''; pulled = 'example.com:5000/a/b'; named = @('example.com:5000/a/b@DIGEST') }
        @{ reference = 'example.com/b:1@DIGEST'; given = ''; pulled = 'example.com/b:1@DIGEST'; named = @('example.com/b@DIGEST') }
        @{ reference = 'example.com/pause:3.10'; given = 'DIGEST'; pulled = 'example.com/pause@DIGEST'; named = @('example.com/pause:3.10') }
    ) {
        $pulled = $pulled.Replace('DIGEST', $script:known)
        Add-ContainerImage -Reference $reference.Replace('DIGEST', $script:known) -Digest $given.Replace('DIGEST', $script:known) | Out-Null
        @($script:ran | Where-Object { $_ -like "images pull * $pulled" }).Count | Should -Be 1
        @($script:ran | Where-Object { $_ -like 'images tag *' }) | Should -Be @($named | ForEach-Object { "images tag --force $pulled $($_.Replace('DIGEST', $script:known))" })
        @($script:ran | Where-Object { $_ -like 'images label *' }).Count | Should -Be (1 + $named.Count)
    }

    It 'refuses an image with another digest' {
        $thrown = { Add-ContainerImage -Reference 'example.com/pause:3.10' -Digest "sha256:$('b' * 64)" } | Should -Throw -PassThru
        $thrown.Exception.Data['FailureClass'] | Should -Be 'checksum'
    }

    It 'refuses an image that containerd lists without having unpacked it' {
        $script:unpacked = 'false'
        { Add-ContainerImage -Reference 'example.com/app:1' } | Should -Throw 'pulling example.com/app:1: it has no build for this Windows (10.0.20348).'
        @($script:ran | Where-Object { $_ -like 'images label *' }).Count | Should -Be 0
    }

    It 'asks for no login to a public registry: <registry>' -TestCases @(
        @{ registry = 'mcr.microsoft.com' }
        @{ registry = 'public.ecr.aws' }
        @{ registry = '123456789012.dkr.ecr.us-east-1.example.com' }
    ) {
        Mock -CommandName Invoke-Native
        Add-ContainerImage -Reference "$registry/app:1" | Out-Null
        Should -Invoke -CommandName Invoke-Native -Exactly 0
    }
}

Describe 'Save-ContainerImage of a private registry' {
    BeforeEach {
        $env:WORK_DIRECTORY = "$TestDrive"
        $registry = '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com'
        $script:file = "$registry\hosts.toml"
        $script:hosts = ''
        $script:failure = ''
        Mock -CommandName Get-OsBuild -MockWith { [version]'20348.2849' }
        Mock -CommandName Start-Sleep
        Mock -CommandName Invoke-Native -MockWith { 'hush' }
        Mock -CommandName Invoke-Ctr -MockWith {
            $script:hosts = [System.IO.File]::ReadAllText("$($ArgumentList[5])\$script:file")
            if ($script:failure) {
                throw $script:failure
            }
        }
    }

    It 'logs in with the role in the Region of the registry, for this registry only' {
        Save-ContainerImage -Reference "$registry/app:1"
        Should -Invoke -CommandName Invoke-Native -Exactly 1 -ParameterFilter { "$ArgumentList" -eq 'ecr get-login-password --region us-gov-west-1' -and $OutputOnly }
        $values = ConvertFrom-Toml -Line ($script:hosts -split '\n')
        $values['.server'] | Should -Be "https://$registry"
        @($values['header.authorization']) | Should -Be @('Basic QVdTOmh1c2g=')
    }

    It 'leaves no login behind if the pull <what>' -TestCases @(
        @{ what = 'succeeds'; failure = '' }
        @{ what = 'fails'; failure = 'ctr: unexpected status from HEAD request to https://example.com: 403 Forbidden' }
    ) {
        $script:failure = $failure
        try { Save-ContainerImage -Reference "$registry/app:1" } catch { $_.Exception.Message | Should -Match "^pulling $registry/app:1: .*403" }
        $script:hosts | Should -Match 'Basic'
        "$TestDrive\login" | Should -Not -Exist
    }

    It 'says why the pull failed, without what ctr logs' {
        $script:failure = 'ctr.exe exited with 1: time="2026-11-30T19:48:20Z" level=info msg="trying next host" host=example.com ctr: failed: not found'
        { Save-ContainerImage -Reference "$registry/app:1" } | Should -Throw "pulling $registry/app:1: ctr.exe exited with 1: ctr: failed: not found"
    }

    It 'names the registry if the role gets no login' {
        Mock -CommandName Invoke-Native -MockWith { throw 'aws.exe exited with 254: An error occurred (AccessDeniedException) when calling the GetAuthorizationToken operation' }
        $thrown = { Save-ContainerImage -Reference "$registry/app:1" } | Should -Throw "logging in to ${registry}: aws.exe exited with 254: *" -PassThru
        $thrown.Exception.Data['FailureClass'] | Should -Be 'provision'
        Should -Invoke -CommandName Invoke-Native -Exactly 1
    }
}

Describe 'Remove-RegistryLogin' {
    It 'overwrites a login before it removes it' {
        New-Item -Path "$TestDrive\login\a" -ItemType Directory | Out-Null
        [System.IO.File]::WriteAllText("$TestDrive\login\a\hosts.toml", 'hush')
        $script:seen = 'nothing'
        Mock -CommandName Remove-Item -MockWith { $script:seen = [System.IO.File]::ReadAllText("$TestDrive\login\a\hosts.toml") }
        Remove-RegistryLogin -Directory "$TestDrive\login"
        $script:seen | Should -Be ("`0" * 4)
    }
}

Describe 'Remove-CompressedLayer' {
    BeforeEach {
        $script:pruned = 0
        Mock -CommandName Get-UnpackedName -MockWith { 'example.com/app:1', 'example.com/other:1' }
        Mock -CommandName Invoke-Ctr -MockWith {
            if ($ArgumentList[0] -eq 'content') {
                $script:pruned++
            }
            else {
                $script:present
            }
        }
    }

    It 'removes the layers if all images are unpacked' {
        $script:present = @('example.com/app:1', 'example.com/other:1')
        Remove-CompressedLayer | Should -Be 'The compressed layers are removed.'
        $script:pruned | Should -Be 1
    }

    It 'keeps them if one is not' {
        $script:present = @('example.com/app:1', 'example.com/packed:1')
        Remove-CompressedLayer | Should -Be 'The compressed layers stay, because these images are not unpacked: example.com/packed:1.'
        $script:pruned | Should -Be 0
    }
}
