Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Describe 'EKS tools' {
    It 'have the bootstrap' {
        "$env:ProgramFiles\Amazon\EKS\Start-EKSBootstrap.ps1" | Should Exist
    }

    It 'have every file of the base' {
        $base = Read-Json -Path (Get-WorkPath 'output\base.json')
        foreach ($file in $base.eksFiles) {
            $file | Should Exist
        }
    }

    It 'have csi-proxy, the tasks and the settings of AWS' {
        @(Get-EksLoss -Wanted (Get-WantedEksState)) -join '; ' | Should Be ''
    }

    It 'have the directories that the bootstrap writes to' {
        "$env:ProgramData\Amazon\EKS\cni\config" | Should Exist
        "$env:ProgramData\kubernetes" | Should Exist
    }

    It 'have a recent launch agent' {
        $agent = Read-Json -Path (Get-WorkPath 'output\launch-agent.json')
        ([version]$agent.version -ge [version](Get-Artifact -Name $agent.name).version) | Should Be $true
    }

    It 'have a recent AWS CLI' {
        $version = Get-ProgramVersion -Path "$env:ProgramFiles\Amazon\AWSCLIV2\aws.exe"
        ($version -ge [version](Get-Artifact -Name 'aws-cli').version) | Should Be $true
    }

    if ((Get-Setting 'RECIPE_KIND') -eq 'assemble') {
        $files = @(
            'EKS-StartupTask.ps1'
            'EKS-WindowsServiceHost.exe'
            'aws-iam-authenticator.exe'
            'credential-providers\ecr-credential-provider.exe'
            'cni\vpc-bridge.exe'
            'bin\aws-vpc-cni-k8s-connector.exe'
        )
        foreach ($file in $files) {
            It "have $file" {
                "$env:ProgramFiles\Amazon\EKS\$file" | Should Exist
            }
        }

        It 'let the control plane reach kubelet' {
            (Get-NetFirewallRule -Name 'eks-node-kubelet').Enabled | Should Be 'True'
        }

        It 'have the directories of an EKS image' {
            $setup = Read-Json -Path "$env:ProgramData\eks-windows-images\eks.json"
            foreach ($directory in $setup.directories) {
                $directory | Should Exist
            }
        }

        It 'have the tasks of an EKS image' {
            $setup = Read-Json -Path "$env:ProgramData\eks-windows-images\eks.json"
            foreach ($task in $setup.tasks.PSObject.Properties) {
                @(Get-ScheduledTask -TaskName $task.Name).Count | Should Be 1
            }
        }

        It 'have the event sources of an EKS image' {
            $setup = Read-Json -Path "$env:ProgramData\eks-windows-images\eks.json"
            foreach ($source in @($setup.eventSources | Where-Object { $_ -ne 'EKS' })) {
                "HKLM:\SYSTEM\CurrentControlSet\Services\EventLog\EKS\$source" | Should Exist
            }
        }

        It 'and containerd are on the path of the machine' {
            $path = [Environment]::GetEnvironmentVariable('Path', 'Machine') -split ';'
            ($path -contains "$env:ProgramFiles\kubernetes") | Should Be $true
            ($path -contains "$env:ProgramFiles\containerd") | Should Be $true
        }

        It 'have the pause image of versions.json, pinned' {
            $pause = Get-Artifact -Name 'pause'
            $image = Get-ContainerImage -Reference $pause.reference
            $image.digest | Should Be $pause.digest
            $image.pinned | Should Be $true
        }
    }
}
