Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Get-AwsCliPath {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    Join-Path -Path $env:ProgramFiles -ChildPath 'Amazon\AWSCLIV2\aws.exe'
}

<#
.SYNOPSIS
The files of this EKS image that AWS publishes nowhere else, or not as they are here: everything of EKS, the HNS module if this minor still
comes with it, and csi-proxy.exe wherever it is.
.PARAMETER CsiProxy
Where that is; empty where there is none.
#>
function Get-HarvestedPath {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][AllowEmptyString()][string]$CsiProxy)
    $paths = @(
        $CsiProxy | Where-Object { $_ }
        Get-EksFile
    )
    # csi-proxy.exe may be among the files of EKS; paths differ by case only where they are the same.
    $paths | Sort-Object -Unique
}

<#
.SYNOPSIS
Writes the manifest of a harvest: the same files give the same bytes, wherever and whenever.
.PARAMETER File
Entries with path (in the image to be), sha256 and bytes.
#>
function Save-HarvestManifest {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][object[]]$File,
        [Parameter(Mandatory)][string]$Recipe,
        [Parameter(Mandatory)][string]$Path
    )
    $entries = @{}
    foreach ($entry in $File) {
        $entries[$entry.path] = $entry
    }
    # Not Sort-Object, whose order is the language's.
    $paths = [string[]]@($entries.Keys)
    [Array]::Sort($paths, [System.StringComparer]::Ordinal)
    $manifest = [ordered]@{
        files  = @(foreach ($path in $paths) {
                [ordered]@{ path = $path; sha256 = $entries[$path].sha256; bytes = $entries[$path].bytes }
            })
        recipe = $Recipe
    }
    [System.IO.File]::WriteAllText($Path, (ConvertTo-Json -InputObject $manifest -Depth 4 -Compress))
}

<#
.SYNOPSIS
Puts a file into S3 with the credentials of the instance's role.
.PARAMETER Url
Like s3://bucket/key.
#>
function Publish-File {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Path,
        [Parameter(Mandatory)][uri]$Url
    )
    # Not `s3 cp`: in one request, for which the role needs nothing but s3:PutObject.
    $arguments = @('s3api', 'put-object', '--region', (Get-Setting 'REGION'), '--bucket', $Url.Host, '--key', $Url.AbsolutePath.TrimStart('/'), '--body', $Path)
    Invoke-Download -What "$Url" -Doing 'uploading' -Script { Invoke-Native -FilePath (Get-AwsCliPath) -ArgumentList $arguments | Out-Null }
}
