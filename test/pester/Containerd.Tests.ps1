Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Get-ContainerdTable' {
    It 'knows the tables of containerd <version>' -TestCases @(
        @{ version = '1.7.27'; config = 2; show = 'dump'; sandbox = 'plugins.io.containerd.grpc.v1.cri.sandbox_image' }
        @{ version = '2.1.4'; config = 3; show = 'migrate'; sandbox = 'plugins.io.containerd.cri.v1.images.pinned_images.sandbox' }
    ) {
        Mock -CommandName Get-ProgramVersion -MockWith { [version]$version }
        $table = Get-ContainerdTable
        $table.Version | Should -Be $config
        $table.Show | Should -Be $show
        $table.SandboxImage | Should -Be $sandbox
    }
}

Describe 'Get-ContainerdConfigText' {
    BeforeAll {
        $setting = [pscustomobject]@{
            Root               = 'C:\ProgramData\containerd\root'
            State              = 'C:\ProgramData\containerd\state'
            SandboxImage       = '602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/pause:3.5'
            CniBinKey          = 'bin_dir'
            CniBinDirectory    = @('C:\Program Files\Amazon\EKS\cni')
            CniConfigDirectory = 'C:\ProgramData\Amazon\EKS\cni\config'
            RegistryDirectory  = 'C:\Program Files\containerd\certs.d'
        }
    }

    It 'writes every setting where containerd <version> looks for it' -TestCases @(@{ version = '1.7.27' }, @{ version = '2.0.5' }) {
        Mock -CommandName Get-ProgramVersion -MockWith { [version]$version }
        $table = Get-ContainerdTable
        $values = ConvertFrom-Toml -Line ((Get-ContainerdConfigText -Setting $setting) -split '\r?\n')
        $values['.version'] | Should -Be "$($table.Version)"
        $values['.root'] | Should -Be $setting.Root
        $values['.state'] | Should -Be $setting.State
        $values[$table.SandboxImage] | Should -Be $setting.SandboxImage
        $values["$($table.Cni).bin_dir"] | Should -Be $setting.CniBinDirectory[0]
        $values["$($table.Cni).conf_dir"] | Should -Be $setting.CniConfigDirectory
        $values["$($table.Registry).config_path"] | Should -Be $setting.RegistryDirectory
    }

    It 'keeps the default runtimes of containerd <version>' -TestCases @(@{ version = '1.7.27' }, @{ version = '2.0.5' }) {
        Mock -CommandName Get-ProgramVersion -MockWith { [version]$version }
        Get-ContainerdConfigText -Setting $setting | Should -Not -Match 'runtimes'
    }

    It 'writes a list of CNI directories since 2.1' {
        Mock -CommandName Get-ProgramVersion -MockWith { [version]'2.1.4' }
        $newer = $setting.PSObject.Copy()
        $newer.CniBinKey = 'bin_dirs'
        $newer.CniBinDirectory = @('C:\a', 'C:\b')
        $values = ConvertFrom-Toml -Line ((Get-ContainerdConfigText -Setting $newer) -split '\r?\n')
        @($values['plugins.io.containerd.cri.v1.runtime.cni.bin_dirs']) | Should -Be @('C:\a', 'C:\b')
    }
}

Describe 'Get-CriTrouble' {
    BeforeAll {
        $head = 'TYPE                            ID          PLATFORMS         STATUS    '
        $loaded = @(
            $head
            'io.containerd.cri.v1            images      -                 ok        '
            'io.containerd.cri.v1            runtime     windows/amd64     ok        '
            'io.containerd.grpc.v1           cri         -                 ok        '
            'io.containerd.nri.v1            nri         -                 skip      '
        )
    }

    It 'returns nothing if containerd <version> has loaded all CRI plugins' -TestCases @(@{ version = '1.7.27' }, @{ version = '2.1.6' }) {
        Mock -CommandName Get-ProgramVersion -MockWith { [version]$version }
        Mock -CommandName Invoke-Ctr -MockWith { $loaded }
        @(Get-CriTrouble).Count | Should -Be 0
    }

    It 'returns the failed plugin with its message' {
        Mock -CommandName Get-ProgramVersion -MockWith { [version]'2.1.6' }
        Mock -CommandName Invoke-Ctr -MockWith {
            if ($ArgumentList -contains '--detailed') {
                return 'Type:     io.containerd.cri.v1', 'ID:       runtime', 'Error:    ', '          Code:        Unknown', '          Message:     invalid plugin config'
            }
            $loaded -replace '^(io\.containerd\.cri\.v1\s+runtime\s+\S+\s+)ok', '$1error'
        }
        @(Get-CriTrouble) | Should -Be @('io.containerd.cri.v1 runtime is not loaded: invalid plugin config')
    }

    It 'returns a missing plugin of 2.x, but not on 1.x' {
        Mock -CommandName Get-ProgramVersion -MockWith { [version]'2.1.6' }
        Mock -CommandName Invoke-Ctr -MockWith {
            if ($ArgumentList -notcontains '--detailed') {
                $loaded | Where-Object { $_ -notlike 'io.containerd.cri.v1 *' }
            }
        }
        @(Get-CriTrouble).Count | Should -Be 2
        Mock -CommandName Get-ProgramVersion -MockWith { [version]'1.7.27' }
        @(Get-CriTrouble).Count | Should -Be 0
    }
}

Describe 'Get-ContainerdSetting' {
    It 'reads back from containerd <version> what was written' -TestCases @(
        @{ version = '1.7.27'; key = 'bin_dir' }
        @{ version = '2.0.5'; key = 'bin_dir' }
        @{ version = '2.1.4'; key = 'bin_dirs' }
    ) {
        Mock -CommandName Get-ProgramVersion -MockWith { [version]$version }
        $written = New-ContainerdSetting -SandboxImage 'example.com/pause:1'
        $written.CniConfigDirectory = 'C:\conf'
        $written.RegistryDirectory = 'C:\certs.d'
        Mock -CommandName Invoke-Native -MockWith { (Get-ContainerdConfigText -Setting $written) -split '\r?\n' }
        $read = Get-ContainerdSetting
        $written.CniBinKey | Should -Be $key
        foreach ($property in $written.PSObject.Properties) {
            "$($read.($property.Name))" | Should -Be "$($property.Value)"
        }
    }
}

Describe 'New-ContainerdSetting' {
    It 'has AWS''s CNI directory and the given pause image' {
        Mock -CommandName Get-ProgramVersion -MockWith { [version]'1.7.27' }
        $setting = New-ContainerdSetting -SandboxImage 'example.com/pause:1'
        $setting.SandboxImage | Should -Be 'example.com/pause:1'
        @($setting.CniBinDirectory) | Should -Be @("$env:ProgramFiles\Amazon\EKS\cni")
    }
}

Describe 'Get-RegistryHostText' {
    It 'has one table per mirror, in order' {
        $text = Get-RegistryHostText -Mirror @('https://one.example.com', 'https://two.example.com')
        $text.IndexOf("[host.'https://one.example.com']") | Should -BeLessThan $text.IndexOf("[host.'https://two.example.com']")
        $text | Should -Not -Match 'override_path'
    }

    It 'overrides the path of an address that has one: <address>' -TestCases @(
        @{ address = 'https://mirror.example.com/v2/docker'; whole = $true }
        @{ address = 'https://mirror.example.com/v2'; whole = $true }
        @{ address = 'https://mirror.example.com/v2x'; whole = $false }
        @{ address = 'https://mirror.example.com'; whole = $false }
    ) {
        (Get-RegistryHostText -Mirror @($address)).Contains('override_path = true') | Should -Be $whole
    }

    It 'names no server, so that the registry itself is the fallback' {
        Get-RegistryHostText -Mirror @('https://mirror.example.com') | Should -Not -Match '(?m)^server'
    }
}
