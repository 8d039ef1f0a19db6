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
.DESCRIPTION
By the AWS CLI, or by AWS Tools for PowerShell, which AWS's own bootstrap asks with: AWS documents neither for its EKS image.
.PARAMETER Url
Like s3://bucket/key.
#>
function Publish-File {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Path,
        [Parameter(Mandatory)][uri]$Url
    )
    $key = $Url.AbsolutePath.TrimStart('/')
    $region = Get-Setting 'REGION'
    $program = Get-AwsCliPath
    # Not `s3 cp`: in one request, for which the role needs nothing but s3:PutObject.
    $arguments = @('s3api', 'put-object', '--region', $region, '--bucket', $Url.Host, '--key', $key, '--body', $Path)
    $object = @{ BucketName = $Url.Host; Key = $key; File = $Path; Region = $region }
    if (Test-Path -Path $program) {
        $upload = { Invoke-Native -FilePath $program -ArgumentList $arguments | Out-Null }
    }
    elseif (Get-Module -ListAvailable -Name 'AWSPowerShell') {
        $upload = { AWSPowerShell\Write-S3Object @object }
    }
    elseif (Get-Module -ListAvailable -Name 'AWS.Tools.S3') {
        $upload = { AWS.Tools.S3\Write-S3Object @object }
    }
    else {
        throw "There is neither $program nor a Write-S3Object of AWS Tools for PowerShell: nothing can be put into $($Url.Host)."
    }
    Invoke-Download -What "$Url" -Doing 'uploading' -Script $upload
}
