Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
    # Commands of Windows Server that other Windows, or a machine without Defender, lack.
    function Get-WindowsFeature {
        [CmdletBinding()]
        param()
        [pscustomobject]@{ Name = 'Containers'; InstallState = 'Installed' }
        [pscustomobject]@{ Name = 'Hyper-V'; InstallState = 'Available' }
    }
    function Install-WindowsFeature {
        [CmdletBinding()]
        param([string]$Name)
        [pscustomobject]@{ Success = $Name -ne 'Unknown'; ExitCode = 'Failed' }
    }
    function Get-MpPreference {
        [CmdletBinding()]
        param()
        [pscustomobject]@{ ExclusionPath = $null; ExclusionProcess = @('C:\b.exe', 'C:\a.exe'); ExclusionExtension = @() }
    }
    function Add-MpPreference {
        [CmdletBinding()]
        param([string]$ExclusionPath, [string]$ExclusionProcess, [string]$ExclusionExtension)
        "$ExclusionPath$ExclusionProcess$ExclusionExtension"
    }
    # The real one takes other types of its parameters in PowerShell 7.
    function Set-Service {
        [CmdletBinding()]
        param([string]$Name, [string]$StartupType)
        "$Name $StartupType"
    }
    function New-NodeSetting {
        [CmdletBinding()]
        param([string]$Kind, [string]$Name, [string]$Value)
        [pscustomobject]@{ kind = $Kind; name = $Name; value = $Value }
    }
    $key = 'HKCU:\Software\eks-windows-images-test'
}

Describe 'Get-NodeSetting' {
    BeforeAll {
        New-Item -Path $key -Force | Out-Null
        Set-ItemProperty -Path $key -Name 'HNSControlFlag' -Value 80 -Type DWord
        Set-ItemProperty -Path $key -Name 'Start' -Value 3 -Type DWord
        Set-ItemProperty -Path $key -Name 'Path' -Value 'C:\' -Type String
        $before = $keysOfNodes
        $keysOfNodes = @($key, "$key\none")
        [Environment]::SetEnvironmentVariable('AWS_VPC_CNI_K8S_CONNECTOR_BINARY_PATH', 'C:\connector.exe', 'Machine')
        Mock -CommandName Invoke-Native -MockWith { '', 'Protocol Dynamic Port Range', 'Start Port      : 49152', 'Number of Ports : 16384' }
        Mock -CommandName Get-CimInstance -MockWith {
            foreach ($service in 'hns', 'containerd', 'CDPUserSvc_4a3b1') {
                [pscustomobject]@{ Name = $service; StartMode = 'Manual' }
            }
        }
        $settings = @(Get-NodeSetting | ForEach-Object { "$($_.kind) $($_.name)=$($_.value)" })
    }

    AfterAll {
        $keysOfNodes = $before
        [Environment]::SetEnvironmentVariable('AWS_VPC_CNI_K8S_CONNECTOR_BINARY_PATH', [NullString]::Value, 'Machine')
        Remove-Item -Path $key -Recurse
    }

    It 'has each machine-wide variable that is not of Windows' {
        $settings | Should -Contain 'environment AWS_VPC_CNI_K8S_CONNECTOR_BINARY_PATH=C:\connector.exe'
        @($settings | Where-Object { $_ -match '^environment (Path|OS|windir|TEMP|NUMBER_OF_PROCESSORS)=' }).Count | Should -Be 0
    }

    It 'has the installed features' {
        @($settings | Where-Object { $_ -match '^feature ' }) | Should -Be @('feature Containers=installed')
    }

    It 'has numbers of the registry, without texts and without what Windows writes into the key of a service' {
        @($settings | Where-Object { $_ -match '^registry ' }) | Should -Be @("registry $key\HNSControlFlag=DWord 80")
    }

    It 'has exclusions of Defender, and none while Defender does not run' {
        @($settings | Where-Object { $_ -match '^Exclusion' }) |
            Should -Be @('ExclusionProcess C:\a.exe=excluded', 'ExclusionProcess C:\b.exe=excluded')
        Mock -CommandName Get-MpPreference
        @(Get-NodeSetting | Where-Object { $_.kind -match '^Exclusion' }).Count | Should -Be 0
    }

    It 'has the dynamic ports' {
        @($settings | Where-Object { $_ -match '^ports ' }) | Should -Be @('ports tcp=49152 16384', 'ports udp=49152 16384')
    }

    It 'has start modes of services, without containerd and services of a user' {
        @($settings | Where-Object { $_ -match '^service ' }) | Should -Be @('service hns=Manual')
    }

    It 'refuses an answer without ports' {
        Mock -CommandName Invoke-Native -MockWith { 'The request is not supported.' }
        { Get-NodeSetting } | Should -Throw 'netsh.exe states no dynamic ports of tcp: The request is not supported.'
    }
}

Describe 'Get-SettingLoss' {
    BeforeEach {
        Mock -CommandName Get-NodeSetting -MockWith {
            New-NodeSetting -Kind 'feature' -Name 'Containers' -Value 'installed'
            New-NodeSetting -Kind 'service' -Name 'bits' -Value 'Auto'
            New-NodeSetting -Kind 'service' -Name 'spooler' -Value 'Auto'
        }
    }

    It 'is empty if nothing is wanted, or all is here' {
        @(Get-SettingLoss -Wanted @()).Count | Should -Be 0
        @(Get-SettingLoss -Wanted @(New-NodeSetting -Kind 'feature' -Name 'Containers' -Value 'installed')).Count | Should -Be 0
    }

    It 'names what is missing and what differs' {
        $wanted = @(
            New-NodeSetting -Kind 'environment' -Name 'KUBECONFIG' -Value 'C:\kubeconfig'
            New-NodeSetting -Kind 'service' -Name 'spooler' -Value 'Disabled'
        )
        @(Get-SettingLoss -Wanted $wanted) | Should -Be @(
            "environment KUBECONFIG is '' instead of 'C:\kubeconfig'"
            "service spooler is 'Auto' instead of 'Disabled'"
        )
    }

    It 'counts no service that is absent or that Windows may have changed' {
        $wanted = @(
            New-NodeSetting -Kind 'service' -Name 'bits' -Value 'Manual'
            New-NodeSetting -Kind 'service' -Name 'none' -Value 'Disabled'
        )
        @(Get-SettingLoss -Wanted $wanted).Count | Should -Be 0
    }
}

Describe 'Install-NodeSetting' {
    BeforeEach {
        Mock -CommandName Get-NodeSetting -MockWith {
            New-NodeSetting -Kind 'service' -Name 'spooler' -Value 'Auto'
            New-NodeSetting -Kind 'feature' -Name 'Containers' -Value 'installed'
        }
        Mock -CommandName Install-WindowsFeature -MockWith { [pscustomobject]@{ Success = $Name -ne 'Unknown'; ExitCode = 'Failed' } }
    }

    It 'sets a variable' {
        Install-NodeSetting -Wanted @(New-NodeSetting -Kind 'environment' -Name 'EKS_WINDOWS_IMAGES_TEST' -Value 'a b')
        [Environment]::GetEnvironmentVariable('EKS_WINDOWS_IMAGES_TEST', 'Machine') | Should -Be 'a b'
        [Environment]::SetEnvironmentVariable('EKS_WINDOWS_IMAGES_TEST', [NullString]::Value, 'Machine')
    }

    It 'installs a feature that is missing and no other, and throws if that fails' {
        Install-NodeSetting -Wanted @(
            New-NodeSetting -Kind 'feature' -Name 'Containers' -Value 'installed'
            New-NodeSetting -Kind 'feature' -Name 'Hyper-V' -Value 'installed'
        )
        Should -Invoke -CommandName Install-WindowsFeature -Times 1 -Exactly
        Should -Invoke -CommandName Install-WindowsFeature -Times 1 -Exactly -ParameterFilter { $Name -eq 'Hyper-V' }
        { Install-NodeSetting -Wanted @(New-NodeSetting -Kind 'feature' -Name 'Unknown' -Value 'installed') } |
            Should -Throw "The feature Unknown, which AWS's image has, cannot be installed: Failed."
    }

    It 'writes a number into a key that exists and into one that does not' {
        New-Item -Path $key -Force | Out-Null
        Set-ItemProperty -Path $key -Name 'Kept' -Value 1 -Type DWord
        Install-NodeSetting -Wanted @(
            New-NodeSetting -Kind 'registry' -Name "$key\MaxSize" -Value 'DWord 209715200'
            New-NodeSetting -Kind 'registry' -Name "$key\new\Large" -Value 'QWord 4294967296'
        )
        $opened = Get-Item -Path $key
        $opened.GetValue('MaxSize') | Should -Be 209715200
        $opened.GetValueKind('MaxSize') | Should -Be 'DWord'
        $opened.GetValue('Kept') | Should -Be 1
        (Get-Item -Path "$key\new").GetValue('Large') | Should -Be 4294967296
        Remove-Item -Path $key -Recurse
    }

    It 'excludes from Defender what AWS excludes' {
        Mock -CommandName Add-MpPreference
        Install-NodeSetting -Wanted @(New-NodeSetting -Kind 'ExclusionProcess' -Name 'C:\a.exe' -Value 'excluded')
        Should -Invoke -CommandName Add-MpPreference -Times 1 -Exactly -ParameterFilter { $ExclusionProcess -eq 'C:\a.exe' }
    }

    It 'sets the dynamic ports' {
        Mock -CommandName Invoke-Native
        Install-NodeSetting -Wanted @(New-NodeSetting -Kind 'ports' -Name 'udp' -Value '16385 49151')
        Should -Invoke -CommandName Invoke-Native -Times 1 -Exactly -ParameterFilter {
            ($ArgumentList -join ' ') -eq 'interface ipv4 set dynamicport udp start=16385 num=49151'
        }
    }

    It 'sets the start mode of a service, and warns if Windows refuses' {
        Mock -CommandName Set-Service
        $wanted = @(New-NodeSetting -Kind 'service' -Name 'spooler' -Value 'Disabled')
        Install-NodeSetting -Wanted $wanted
        Should -Invoke -CommandName Set-Service -Times 1 -Exactly -ParameterFilter { $Name -eq 'spooler' -and $StartupType -eq 'Disabled' }
        Mock -CommandName Set-Service -MockWith { throw 'Access is denied.' }
        (Install-NodeSetting -Wanted $wanted 3>&1) -join ' ' | Should -Be 'The service spooler stays Auto: Access is denied.'
    }
}
