Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Returns the keys of a TOML text, each prefixed with its table (`plugins.io.containerd.grpc.v1.cri.cni.bin_dir`; in the
root table `.root`; in the first table of a list of tables `unpack_config[0].platform`).
.DESCRIPTION
Reads the TOML that containerd writes: one key a line, strings in single or double quotes, lists on one line.
#>
function ConvertFrom-Toml {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)][AllowEmptyString()][string[]]$Line)
    $values = @{}
    $table = ''
    $seen = @{}
    foreach ($text in $Line) {
        if ($text -match '^\s*\[\[(.+)\]\]\s*$') {
            $table = $Matches[1] -replace '["'']'
            $seen[$table] = 1 + $seen[$table]
            $table = "$table[$($seen[$table] - 1)]"
        }
        elseif ($text -match '^\s*\[(.+)\]\s*$') {
            $table = $Matches[1] -replace '["'']'
        }
        elseif ($text -match '^\s*("[^"]*"|''[^'']*''|[\w-]+)\s*=\s*(.*?)\s*$') {
            $value = $Matches[2]
            $values["$table.$($Matches[1] -replace '["'']')"] = ConvertFrom-TomlValue -Text $value
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
