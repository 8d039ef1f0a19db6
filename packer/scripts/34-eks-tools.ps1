Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# What AWS puts on its EKS images beside Kubernetes and containerd: authenticator, login to ECR, CNI, csi-proxy, HNS module, bootstrap and the
# startup task. On layer they are from the base and only asserted. On assemble 31-harvested-files has brought the files, and what belongs to
# them is set up here as AWS has it.
Invoke-Step -Name '34-eks-tools' -FailureClass 'provision' -Script {
    $recipe = Get-Setting 'RECIPE_KIND'
    $directories = @(
        Join-Path -Path $env:ProgramData -ChildPath 'Amazon\EKS\cni\config'
        Join-Path -Path $env:ProgramData -ChildPath 'kubernetes'
    )
    New-Item -Path $directories -ItemType Directory -Force | Out-Null

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
    foreach ($path in $files) {
        if (-not (Test-Path -Path $path -PathType Leaf)) {
            throw "There is no $path, without which no node of EKS comes up."
        }
        if ($recipe -eq 'layer') {
            Add-ReportedBinary -Path $path -Version '' -From 'base'
        }
    }
    # kubelet gets at ECR with it. Either a file of AWS's or what its bootstrap writes; neither has the size of a program.
    $configurations = @(Get-ChildItem -Path (Get-EksPath) -Recurse -File |
            Where-Object { $_.Length -lt [math]::Pow(2, 20) } |
            Select-String -Pattern 'CredentialProviderConfig' -SimpleMatch -List)
    if ($configurations.Count -eq 0) {
        throw "Nothing below $(Get-EksPath) has a CredentialProviderConfig, without which kubelet gets nothing from ECR."
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
    if (-not (Get-CsiProxyService)) {
        throw 'No service runs csi-proxy.exe, without which there are no volumes.'
    }
    if (-not (Get-StartupTask)) {
        throw 'There is no scheduled task EKS Windows startup task.'
    }
    "$($files.Count) files of EKS, csi-proxy and the startup task are in place."
}
