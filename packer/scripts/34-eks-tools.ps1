Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Verifies what AWS adds to its EKS images besides Kubernetes and containerd: authenticator, ECR login, CNI, csi-proxy,
# HNS module, bootstrap and startup task. On layer, everything that the base has of these must still be there; AWS
# decides what that is and where. On assemble, 31-harvested-files has installed the files, and this step sets up the
# rest as in AWS's image.
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
        # Older bootstraps load the HNS module, which is not part of Windows; newer ones contain what they need.
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
    # kubelet needs it to log in to ECR. It is a file of AWS or one that the bootstrap writes; both are smaller than any
    # program.
    $configurations = @(Get-ChildItem -Path (Get-EksPath) -Recurse -File |
            Where-Object { $_.Length -lt [math]::Pow(2, 20) } |
            Select-String -Pattern 'CredentialProviderConfig' -SimpleMatch -List)
    if ($configurations.Count -eq 0) {
        $complaint = "Nothing below $(Get-EksPath) has a CredentialProviderConfig, without which kubelet gets nothing from ECR."
        if ($recipe -eq 'assemble') {
            throw $complaint
        }
        Write-Warning "$complaint AWS may have moved it."
    }
    if ($recipe -eq 'layer') {
        Save-WantedSetting -By 'Windows updates'
    }

    if ($recipe -eq 'assemble') {
        # The bootstrap queries EC2 and EKS with AWS's cmdlets, which AWS's plain Windows images include.
        $asks = Select-String -Path (Get-EksPath '*.ps1') -Pattern 'Get-EKSCluster|Get-EC2Instance' -Quiet
        if ($asks -and -not (Get-Module -ListAvailable -Name 'AWSPowerShell', 'AWS.Tools.EKS')) {
            throw 'There are no AWS Tools for PowerShell, without which the bootstrap finds no cluster.'
        }
        Install-EksSetup -Setup (Read-Json -Path (Get-EksSetupPath))
        if (-not (Get-NetFirewallRule -Name 'eks-node-kubelet' -ErrorAction SilentlyContinue)) {
            # The control plane connects to kubelet there for logs and exec.
            $rule = @{
                Name        = 'eks-node-kubelet'
                DisplayName = 'kubelet of a node of EKS'
                Direction   = 'Inbound'
                Protocol    = 'TCP'
                LocalPort   = 10250
                Action      = 'Allow'
            }
            New-NetFirewallRule @rule -ErrorAction Stop | Out-Null
        }
        $opening = Get-NetFirewallRule -Name 'eks-node-kubelet' -ErrorAction SilentlyContinue
        if (-not $opening -or "$($opening.Enabled)" -ne 'True' -or "$($opening.Action)" -ne 'Allow') {
            throw 'The firewall does not let the control plane in: its rule eks-node-kubelet is missing or has no effect.'
        }
    }
    $lost = @(Get-EksLoss -Wanted (Get-WantedEksState))
    if ($lost.Count -gt 0) {
        throw "This is not as in AWS's EKS image: $($lost -join '; ')."
    }
    "$($files.Count) files of EKS, csi-proxy, the tasks and the settings are in place, as in AWS's EKS image."
}
