Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Describe 'containerd' {
    # On a node AWS's bootstrap may be what starts containerd, and this machine has just restarted.
    Start-Service -Name containerd
    Invoke-WithRetry -Activity 'Asking containerd' -DelaySeconds 5 -Script { Invoke-Ctr -ArgumentList @('version') | Out-Null }
    $setting = Get-ContainerdSetting
    $mirrors = Get-MapSetting 'REGISTRY_MIRRORS'

    It 'runs' {
        (Get-Service -Name containerd).Status | Should Be 'Running'
    }

    It 'answers kubelet' {
        @(Get-CriTrouble) -join '; ' | Should Be ''
    }

    It 'starts as in its base, or automatically on assemble' {
        $expected = 'Automatic'
        if ((Get-Setting 'RECIPE_KIND') -eq 'layer') {
            $expected = (Read-Json -Path (Get-WorkPath 'output\base.json')).containerdStartType
        }
        "$((Get-Service -Name containerd).StartType)" | Should Be $expected
    }

    It 'runs the program whose version is reported' {
        (Get-ServiceCommand -Name 'containerd') -like "$(Get-ContainerdPath 'containerd.exe')*" | Should Be $true
    }

    It 'reads CNI configurations from where EKS writes them' {
        $setting.CniConfigDirectory | Should Be "$env:ProgramData\Amazon\EKS\cni\config"
        $setting.CniConfigDirectory | Should Exist
    }

    It 'has its pause image' {
        $image = Get-ContainerImage -Reference $setting.SandboxImage
        $image.unpacked | Should Be $true
        $image.pinned | Should Be $true
    }

    if ((Get-Setting 'RECIPE_KIND') -eq 'assemble') {
        It 'has the shim that runs Windows containers' {
            Get-ContainerdPath 'containerd-shim-runhcs-v1.exe' | Should Exist
        }

        It 'has the CNI plugins' {
            "$($setting.CniBinDirectory[0])\vpc-bridge.exe" | Should Exist
        }
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
        It "has $reference and pins it" {
            $image = Get-ContainerImage -Reference $reference
            $image.unpacked | Should Be $true
            $image.pinned | Should Be $true
        }
    }
}
