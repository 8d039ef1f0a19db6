Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# What AWS puts on its EKS images beside Kubernetes and containerd: authenticator, login to ECR, CNI, csi-proxy, HNS module, bootstrap and the
# startup task. On layer all that the base has of it must still be there; what that is and where, is up to AWS. On assemble 31-harvested-files
# has brought the files, and what belongs to them is set up here as AWS has it.
Invoke-Step -Name '34-eks-tools' -FailureClass 'provision' -Script {
    $recipe = Get-Setting 'RECIPE_KIND'
    $directories = @(
        Join-Path -Path $env:ProgramData -ChildPath 'Amazon\EKS\cni\config'
        Join-Path -Path $env:ProgramData -ChildPath 'kubernetes'
    )
    New-Item -Path $directories -ItemType Directory -Force | Out-Null

    $bootstrap = Get-EksPath 'Start-EKSBootstrap.ps1'
    if (-not (Test-Path -Path $bootstrap -PathType Leaf)) {
        throw "There is no $bootstrap, by which user data makes a node."
    }
    if ($recipe -eq 'layer') {
        $source = 'base'
        $files = @((Read-Json -Path (Get-WorkPath 'output\base.json')).eksFiles | Where-Object { $_ -match '\.(exe|dll|ps1|psm1)$' })
    }
    else {
        $source = 'harvest'
        $files = @(
            'Start-EKSBootstrap.ps1'
            'EKS-StartupTask.ps1'
            'EKS-WindowsServiceHost.exe'
            'aws-iam-authenticator.exe'
            'credential-providers\ecr-credential-provider.exe'
            'cni\vpc-bridge.exe'
            'bin\aws-vpc-cni-k8s-connector.exe'
        ) | ForEach-Object { Get-EksPath $_ }
        # Older bootstraps load the HNS module, which Windows does not have; newer ones have what they need in themselves.
        if (Select-String -Path (Get-EksPath '*.ps1') -Pattern 'hns.psm1' -SimpleMatch -Quiet) {
            $files += Join-Path -Path $env:ProgramFiles -ChildPath 'Microsoft\Hns\hns.psm1'
        }
    }
    foreach ($path in $files) {
        if (-not (Test-Path -Path $path -PathType Leaf)) {
            throw "There is no $path, without which no node of EKS comes up."
        }
        Add-ReportedBinary -Path $path -Version '' -From $source
    }
    # kubelet gets at ECR with it. Either a file of AWS's or what its bootstrap writes; neither has the size of a program.
    $configurations = @(Get-ChildItem -Path (Get-EksPath) -Recurse -File |
            Where-Object { $_.Length -lt [math]::Pow(2, 20) } |
            Select-String -Pattern 'CredentialProviderConfig' -SimpleMatch -List)
    if ($configurations.Count -eq 0) {
        $complaint = "Nothing below $(Get-EksPath) has a CredentialProviderConfig, without which kubelet gets nothing from ECR."
        if ($recipe -eq 'assemble') {
            throw $complaint
        }
        Write-Warning "$complaint AWS must have it elsewhere now."
    }

    if ($recipe -eq 'assemble') {
        # The bootstrap asks EC2 and EKS by AWS's cmdlets, which AWS's plain images of Windows bring along.
        $asks = Select-String -Path (Get-EksPath '*.ps1') -Pattern 'Get-EKSCluster|Get-EC2Instance' -Quiet
        if ($asks -and -not (Get-Module -ListAvailable -Name 'AWSPowerShell', 'AWS.Tools.EKS')) {
            throw 'There are no AWS Tools for PowerShell, without which the bootstrap finds no cluster.'
        }
        Install-EksSetup -Setup (Read-Json -Path (Get-EksSetupPath))
        if (-not (Get-NetFirewallRule -Name 'eks-node-kubelet' -ErrorAction SilentlyContinue)) {
            # The control plane asks kubelet there, for logs and for exec.
            $rule = @{
                Name        = 'eks-node-kubelet'
                DisplayName = 'kubelet of a node of EKS'
                Direction   = 'Inbound'
                Protocol    = 'TCP'
                LocalPort   = 10250
                Action      = 'Allow'
            }
            New-NetFirewallRule @rule | Out-Null
        }
    }
    $lost = @(Get-EksLoss -Wanted (Get-WantedEksState))
    if ($lost.Count -gt 0) {
        throw "This is not as in AWS's EKS image: $($lost -join '; ')."
    }
    "$($files.Count) files of EKS, csi-proxy and the tasks are in place, as in AWS's EKS image."
}
