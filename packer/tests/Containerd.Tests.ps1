Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Describe 'containerd' {
    $setting = Get-ContainerdSetting
    $mirrors = Get-MapSetting 'REGISTRY_MIRRORS'

    It 'runs' {
        (Get-Service -Name containerd).Status | Should Be 'Running'
    }

    It 'starts with the machine' {
        (Get-Service -Name containerd).StartType | Should Be 'Automatic'
    }

    It 'looks for CNI configurations where EKS writes them' {
        $setting.CniConfigDirectory | Should Be "$env:ProgramData\Amazon\EKS\cni\config"
        $setting.CniConfigDirectory | Should Exist
    }

    It 'has the CNI plugins of its base' {
        "$($setting.CniBinDirectory[0])\vpc-bridge.exe" | Should Exist
    }

    It 'knows a pause image' {
        $setting.SandboxImage | Should Not BeNullOrEmpty
    }

    foreach ($registry in $mirrors.Keys) {
        It "asks the mirrors of $registry first" {
            $hosts = "$($setting.RegistryDirectory)\$($registry -replace ':(\d+)$', '_$1_')\hosts.toml"
            foreach ($mirror in $mirrors[$registry]) {
                $hosts | Should Contain ([regex]::Escape("[host.'$mirror']"))
            }
        }
    }

    foreach ($reference in @(Get-ListSetting 'CONTAINER_IMAGES')) {
        It "holds $reference and keeps it" {
            (Get-ContainerImage -Reference $reference).pinned | Should Be $true
        }
    }
}
