Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Returns checks of what a node needs besides containers, without a cluster. A first contact runs them on AWS's own image.
#>
function Get-NodeCheck {
    [CmdletBinding()]
    param()
    Invoke-Check -Name 'node-services' -Script {
        # Windows starts both on demand.
        Start-Service -Name 'hns', 'vmcompute'
        $stopped = @(Get-Service -Name 'hns', 'vmcompute' | Where-Object { "$($_.Status)" -ne 'Running' } | ForEach-Object { $_.Name })
        Assert-That -Condition ($stopped.Count -eq 0) -Message "These do not run: $($stopped -join ', ')."
    }
    Invoke-Check -Name 'no-hns-networks' -Script {
        $networks = @(Get-HnsNetwork | ForEach-Object { $_.Name })
        Assert-That -Condition ($networks.Count -eq 0) -Message "The image has networks of HNS: $($networks -join ', ')."
    }
    Invoke-Check -Name 'vpc-bridge' -Script { Get-CniAnswer -Path (Get-EksPath 'cni\vpc-bridge.exe') }
    Invoke-Check -Name 'credential-provider' -Script {
        Assert-CredentialProvider -Path (Get-EksPath 'credential-providers\ecr-credential-provider.exe')
    }
    Invoke-Check -Name 'authenticator' -Script {
        "$(Get-ProgramVersion -Path (Get-EksPath 'aws-iam-authenticator.exe') -ArgumentList 'version')"
    }
    Invoke-Check -Name 'kubelet-configuration' -Script {
        Assert-KubeletConfiguration -Path (Join-Path -Path $env:ProgramFiles -ChildPath 'kubernetes\kubelet.exe')
    }
}

<#
.SYNOPSIS
Passes checks on. One that failed passes with a warning instead of a detail unless it is known to hold on AWS's own
image: until then the check may be what is wrong.
.PARAMETER Holding
The names of the checks that hold on AWS's own image.
#>
function ConvertTo-Warning {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][object[]]$Check,
        [Parameter(Mandatory)][AllowEmptyCollection()][string[]]$Holding
    )
    foreach ($one in $Check) {
        if ($one.passed -or $Holding -contains $one.name) {
            $one
        }
        else {
            [pscustomobject]@{ name = $one.name; passed = $true; detail = ''; warning = $one.detail }
        }
    }
}

<#
.SYNOPSIS
Asks a CNI plugin for the versions that it supports, as containerd does, and returns its answer.
#>
function Get-CniAnswer {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string]$Path)
    $env:CNI_COMMAND = 'VERSION'
    try {
        $answer = (Invoke-Native -FilePath $Path -InputText '{"cniVersion":"0.3.1"}') -join ' '
    }
    finally {
        Remove-Item -Path 'Env:CNI_COMMAND'
    }
    Assert-That -Condition $answer.Contains('supportedVersions') -Message "$Path does not say which versions it supports: $answer"
    $answer
}

<#
.SYNOPSIS
Throws unless a credential provider understands kubelet's request. The request names no image, so that the answer is a
complaint (cloud-provider-aws, cmd/ecr-credential-provider) and contains no credentials.
#>
function Assert-CredentialProvider {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Path)
    $request = '{"apiVersion":"credentialprovider.kubelet.k8s.io/v1","kind":"CredentialProviderRequest","image":""}'
    $answer = (Invoke-Native -FilePath $Path -InputText $request -AllowedExitCode 1) -join ' '
    Assert-That -Condition $answer.Contains('image in plugin request was empty') -Message "$Path does not understand kubelet's request: $answer"
}

<#
.SYNOPSIS
Throws unless kubelet accepts the configuration of a Windows node.
.DESCRIPTION
kubelet refuses unknown fields and wrong values before anything else, and then ends because its kubeconfig does not
exist: only the bootstrap writes one. Its complaint tells how far it has come.
#>
function Assert-KubeletConfiguration {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Path)
    $configuration = Get-WorkPath 'kubelet.json'
    $missing = Get-WorkPath 'no-kubeconfig'
    $log = Get-WorkPath 'kubelet.log'
    $settings = [ordered]@{
        apiVersion               = 'kubelet.config.k8s.io/v1beta1'
        kind                     = 'KubeletConfiguration'
        authentication           = @{ anonymous = @{ enabled = $false }; webhook = @{ enabled = $true } }
        authorization            = @{ mode = 'Webhook' }
        cgroupsPerQOS            = $false
        clusterDNS               = @('10.100.0.10')
        clusterDomain            = 'cluster.local'
        containerRuntimeEndpoint = 'npipe:////./pipe/containerd-containerd'
        enforceNodeAllocatable   = @()
        resolvConf               = ''
        serverTLSBootstrap       = $true
    }
    Save-Json -Path $configuration -Value $settings
    $process = Start-Native -FilePath $Path -ArgumentList @("--config=$configuration", "--kubeconfig=$missing") -ErrorPath $log
    $deadline = (Get-Date).AddMinutes(2)
    while (-not $process.HasExited) {
        if ((Get-Date) -gt $deadline) {
            $process.Kill()
            throw 'kubelet still runs after two minutes instead of missing its kubeconfig.'
        }
        Start-Sleep -Seconds 1
    }
    $complaints = @(Get-Content -Path $log | Where-Object { $_ -match '^E|command failed' })
    $said = "$($complaints | Select-Object -Last 1)"
    Assert-That -Condition ($said -match 'no-kubeconfig') -Message "kubelet does not accept its configuration: $said"
}
