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
Returns the files of this EKS image that AWS publishes nowhere else, or only in another form: all files of EKS, the HNS
module if this minor still has it, and csi-proxy.exe wherever it is.
.PARAMETER CsiProxy
The path of csi-proxy.exe; empty if there is none.
#>
function Get-HarvestedPath {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][AllowEmptyString()][string]$CsiProxy)
    $paths = @(
        $CsiProxy | Where-Object { $_ }
        Get-EksFile
    )
    # csi-proxy.exe may be among the files of EKS. Paths that differ only by case are the same file.
    $paths | Sort-Object -Unique
}

<#
.SYNOPSIS
Writes the manifest of a harvest. The same files always give the same bytes.
.PARAMETER File
Entries with path (in the assembled image), sha256 and bytes.
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
    # Not Sort-Object, whose order depends on the language.
    $harvested = [string[]]@($entries.Keys)
    [Array]::Sort($harvested, [System.StringComparer]::Ordinal)
    $manifest = [ordered]@{
        files  = @(foreach ($name in $harvested) {
                [ordered]@{ path = $name; sha256 = $entries[$name].sha256; bytes = $entries[$name].bytes }
            })
        recipe = $Recipe
    }
    [System.IO.File]::WriteAllText($Path, (ConvertTo-Json -InputObject $manifest -Depth 4 -Compress))
}

<#
.SYNOPSIS
Uploads a file to S3 with the credentials of the instance's role.
.DESCRIPTION
Uses the AWS CLI, or else AWS Tools for PowerShell, which AWS's bootstrap uses. AWS documents neither for its EKS image.
.PARAMETER Url
In the form s3://bucket/key.
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
    # Not `s3 cp`: put-object is one request, for which s3:PutObject suffices.
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
