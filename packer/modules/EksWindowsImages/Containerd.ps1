Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$containerdDirectory = Join-Path -Path $env:ProgramFiles -ChildPath 'containerd'

function Get-ContainerdPath {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string]$ChildPath)
    Join-Path -Path $containerdDirectory -ChildPath $ChildPath
}

<#
.SYNOPSIS
Returns every key of containerd's configuration, with its table, as containerd itself reads its config.toml.
.DESCRIPTION
For a file of version 2, `config dump` of early 2.x shows defaults instead of the file's values; `config migrate`, which
1.x lacks, shows what the service uses (containerd#11600).
#>
function Get-ContainerdConfiguration {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param()
    $show = (Get-ContainerdTable).Show
    $understood = Invoke-Native -FilePath (Get-ContainerdPath 'containerd.exe') -ArgumentList @('--config', (Get-ContainerdPath 'config.toml'), 'config', $show) -OutputOnly
    ConvertFrom-Toml -Line $understood
}

<#
.SYNOPSIS
Returns the settings of containerd that matter to a node.
.DESCRIPTION
containerd 1.x and 2.x keep them in different tables. Since 2.1 the CNI binaries have a list of directories, bin_dirs.
If bin_dir is set, it still takes precedence; up to 2.0 it is the only key.
#>
function Get-ContainerdSetting {
    [CmdletBinding()]
    param()
    $tables = Get-ContainerdTable
    $values = Get-ContainerdConfiguration
    $binKey = 'bin_dir'
    if ($values.Contains("$($tables.Cni).bin_dirs")) {
        $binKey = 'bin_dirs'
    }
    $bin = @($values["$($tables.Cni).bin_dir"] | Where-Object { $_ })
    if ($bin.Count -eq 0) {
        $bin = @($values["$($tables.Cni).bin_dirs"] | Where-Object { $_ })
    }
    [pscustomobject]@{
        Root               = $values['.root']
        State              = $values['.state']
        SandboxImage       = $values[$tables.SandboxImage]
        CniBinKey          = $binKey
        CniBinDirectory    = $bin
        CniConfigDirectory = $values["$($tables.Cni).conf_dir"]
        RegistryDirectory  = $values["$($tables.Registry).config_path"]
    }
}

<#
.SYNOPSIS
Returns the settings of a node whose containerd has none yet: containerd's default directories, and AWS's directory for
CNI.
.PARAMETER SandboxImage
The pause image.
#>
function New-ContainerdSetting {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$SandboxImage)
    $binKey = 'bin_dir'
    if ((Get-ProgramVersion -Path (Get-ContainerdPath 'containerd.exe')) -ge [version]'2.1') {
        $binKey = 'bin_dirs'
    }
    [pscustomobject]@{
        Root               = Join-Path -Path $env:ProgramData -ChildPath 'containerd\root'
        State              = Join-Path -Path $env:ProgramData -ChildPath 'containerd\state'
        SandboxImage       = $SandboxImage
        CniBinKey          = $binKey
        CniBinDirectory    = @(Get-EksPath 'cni')
        CniConfigDirectory = ''
        RegistryDirectory  = ''
    }
}

function Get-ContainerdTable {
    [CmdletBinding()]
    param()
    if ((Get-ProgramVersion -Path (Get-ContainerdPath 'containerd.exe')).Major -ge 2) {
        return @{
            Version      = 3
            Show         = 'migrate'
            SandboxImage = 'plugins.io.containerd.cri.v1.images.pinned_images.sandbox'
            Cni          = 'plugins.io.containerd.cri.v1.runtime.cni'
            Registry     = 'plugins.io.containerd.cri.v1.images.registry'
            CriPlugins   = @('io.containerd.cri.v1 images', 'io.containerd.cri.v1 runtime', 'io.containerd.grpc.v1 cri')
        }
    }
    @{
        Version      = 2
        Show         = 'dump'
        SandboxImage = 'plugins.io.containerd.grpc.v1.cri.sandbox_image'
        Cni          = 'plugins.io.containerd.grpc.v1.cri.cni'
        Registry     = 'plugins.io.containerd.grpc.v1.cri.registry'
        CriPlugins   = @('io.containerd.grpc.v1 cri')
    }
}

<#
.SYNOPSIS
Returns the whole config.toml. A string patched into the file of the other major version would have no effect, without
any error.
.DESCRIPTION
The file names no runtimes: a runtime named here would replace all of containerd's defaults, runhcs-wcow-process and
-hypervisor, with the annotations that they pass on from pods.
.PARAMETER Setting
An object as Get-ContainerdSetting returns it.
#>
function Get-ContainerdConfigText {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)]$Setting)
    $bin = "'$($Setting.CniBinDirectory[0])'"
    if ($Setting.CniBinKey -eq 'bin_dirs') {
        $bin = "['$($Setting.CniBinDirectory -join "', '")']"
    }
    if ((Get-ContainerdTable).Version -eq 3) {
        return @"
version = 3
root = '$($Setting.Root)'
state = '$($Setting.State)'

[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '$($Setting.SandboxImage)'

[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = '$($Setting.RegistryDirectory)'

[plugins.'io.containerd.cri.v1.runtime'.cni]
  $($Setting.CniBinKey) = $bin
  conf_dir = '$($Setting.CniConfigDirectory)'
"@
    }
    @"
version = 2
root = '$($Setting.Root)'
state = '$($Setting.State)'

[plugins.'io.containerd.grpc.v1.cri']
  sandbox_image = '$($Setting.SandboxImage)'

[plugins.'io.containerd.grpc.v1.cri'.registry]
  config_path = '$($Setting.RegistryDirectory)'

[plugins.'io.containerd.grpc.v1.cri'.cni]
  $($Setting.CniBinKey) = $bin
  conf_dir = '$($Setting.CniConfigDirectory)'
"@
}

<#
.SYNOPSIS
Returns each CRI plugin of containerd that is not loaded, and why. kubelet cannot use containerd without them.
.DESCRIPTION
containerd starts without a plugin that fails. ctr does not use CRI and works nevertheless.
#>
function Get-CriTrouble {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    # Columns: TYPE ID PLATFORMS STATUS. The status is ok, skip or error.
    $states = @(Invoke-Ctr -ArgumentList @('plugins', 'list') | ForEach-Object { $_ -replace '^(\S+)\s+(\S+)\s+\S+\s+(\w+)\s*$', '$1 $2 $3' })
    foreach ($plugin in (Get-ContainerdTable).CriPlugins) {
        if ($states -contains "$plugin ok") {
            continue
        }
        $details = @(Invoke-Ctr -ArgumentList @('plugins', 'list', '--detailed', "type==$($plugin -replace ' ', ',id==')"))
        $causes = @($details | Where-Object { $_ -match '^\s*Message:' } | ForEach-Object { $_ -replace '^\s*Message:\s*' })
        "$plugin is not loaded: $($causes -join ' ')"
    }
}

<#
.SYNOPSIS
Returns the hosts.toml of a registry. Without `server`, containerd falls back to the registry itself if no mirror
answers.
#>
function Get-RegistryHostText {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string[]]$Mirror)
    $tables = foreach ($address in $Mirror) {
        "[host.'$address']"
        "  capabilities = ['pull', 'resolve']"
        if (([uri]$address).AbsolutePath -match '^/v2(/|$)') {
            '  override_path = true'
        }
        ''
    }
    $tables -join "`n"
}
