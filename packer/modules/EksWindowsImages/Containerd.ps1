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
The settings of containerd that matter to a node, as containerd itself understands its config.toml.
.DESCRIPTION
containerd 1.x and 2.x keep them in other tables. From 2.1 on the CNI binaries have a list of directories.
#>
function Get-ContainerdSetting {
    [CmdletBinding()]
    param()
    $dump = Invoke-Native -FilePath (Get-ContainerdPath 'containerd.exe') -ArgumentList @('--config', (Get-ContainerdPath 'config.toml'), 'config', 'dump')
    $values = ConvertFrom-Toml -Line $dump
    $tables = Get-ContainerdTable
    $binKey = "$($tables.Cni).bin_dir"
    if ($values.Contains("$($tables.Cni).bin_dirs")) {
        $binKey = "$($tables.Cni).bin_dirs"
    }
    [pscustomobject]@{
        Root               = $values['.root']
        State              = $values['.state']
        SandboxImage       = $values[$tables.SandboxImage]
        CniBinKey          = $binKey.Split('.')[-1]
        CniBinDirectory    = @($values[$binKey])
        CniConfigDirectory = $values["$($tables.Cni).conf_dir"]
        RegistryDirectory  = $values["$($tables.Registry).config_path"]
    }
}

function Get-ContainerdTable {
    [CmdletBinding()]
    param()
    if ((Get-ProgramVersion -Path (Get-ContainerdPath 'containerd.exe')).Major -ge 2) {
        return @{
            Version      = 3
            SandboxImage = 'plugins.io.containerd.cri.v1.images.pinned_images.sandbox'
            Cni          = 'plugins.io.containerd.cri.v1.runtime.cni'
            Registry     = 'plugins.io.containerd.cri.v1.images.registry'
        }
    }
    @{
        Version      = 2
        SandboxImage = 'plugins.io.containerd.grpc.v1.cri.sandbox_image'
        Cni          = 'plugins.io.containerd.grpc.v1.cri.cni'
        Registry     = 'plugins.io.containerd.grpc.v1.cri.registry'
    }
}

<#
.SYNOPSIS
The whole config.toml: a string patched into the other major's file would silently do nothing.
.PARAMETER Setting
As from Get-ContainerdSetting.
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

[plugins.'io.containerd.cri.v1.runtime'.containerd]
  default_runtime_name = 'runhcs-wcow-process'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runhcs-wcow-process]
  runtime_type = 'io.containerd.runhcs.v1'
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

[plugins.'io.containerd.grpc.v1.cri'.containerd]
  default_runtime_name = 'runhcs-wcow-process'

[plugins.'io.containerd.grpc.v1.cri'.containerd.runtimes.runhcs-wcow-process]
  runtime_type = 'io.containerd.runhcs.v1'
"@
}

<#
.SYNOPSIS
hosts.toml of a registry. Without `server` containerd falls back to the registry itself when no mirror answers.
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

<#
.SYNOPSIS
Keys of a TOML text, each with its table in front (`plugins.io.containerd.grpc.v1.cri.cni.bin_dir`; of the root table `.root`).
.DESCRIPTION
Reads what `containerd config dump` writes: one key a line, strings in either quotes, lists on one line.
#>
function ConvertFrom-Toml {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)][AllowEmptyString()][string[]]$Line)
    $values = @{}
    $table = ''
    foreach ($text in $Line) {
        if ($text -match '^\s*\[(.+)\]\s*$') {
            $table = $Matches[1] -replace '["'']', ''
        }
        elseif ($text -match '^\s*([\w-]+)\s*=\s*(.*?)\s*$') {
            $values["$table.$($Matches[1])"] = ConvertFrom-TomlValue -Text $Matches[2]
        }
    }
    $values
}

function ConvertFrom-TomlValue {
    [CmdletBinding()]
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Text)
    if ($Text.StartsWith('[')) {
        $strings = [regex]::Matches($Text, '''[^'']*''|"(\\.|[^"\\])*"')
        return , @($strings | ForEach-Object { ConvertFrom-TomlValue -Text $_.Value })
    }
    if ($Text.StartsWith("'")) {
        return $Text.Trim("'")
    }
    if ($Text.StartsWith('"')) {
        return $Text.Substring(1, $Text.Length - 2) -replace '\\(.)', '$1'
    }
    $Text
}

<#
.SYNOPSIS
Runs ctr in the namespace that kubelet uses.
#>
function Invoke-Ctr {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string[]]$ArgumentList)
    Invoke-Native -FilePath (Get-ContainerdPath 'ctr.exe') -ArgumentList (@('--namespace', 'k8s.io') + $ArgumentList)
}

function Get-ContainerImage {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Reference)
    $row = @(Invoke-Ctr -ArgumentList @('images', 'list', "name==$Reference") | Where-Object { $_.StartsWith("$Reference ") })
    if ($row.Count -ne 1 -or $row[0] -notmatch '(sha256:[a-f0-9]{64})') {
        throw "containerd does not have $Reference."
    }
    [pscustomobject]@{
        name   = $Reference
        digest = $Matches[1]
        pinned = $row[0].Contains('io.cri-containerd.pinned=pinned')
    }
}
