Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Pulls the build of an image that fits this Windows, through the mirrors of its registry, and pins it under each name by
which containerd's CRI may look it up.
.DESCRIPTION
By ctr, which every containerd has, not through CRI: for that a build would have to download crictl, in a version that
somebody pins. For private registries CRI would also hand the login to their mirrors. Names by digest are kubelet's: of
a reference with tag and digest it looks up the digest alone.
.PARAMETER Digest
The digest that the tag of the reference must have.
#>
function Add-ContainerImage {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Reference,
        [string]$Digest = ''
    )
    $repository = $Reference -replace '@.*$' -replace ':[^:/]+$'
    $pulled = $Reference
    if ($Digest) {
        $pulled = "$repository@$Digest"
    }
    Save-ContainerImage -Reference $pulled
    $image = Get-ContainerImage -Reference $pulled
    if ($Digest -and $image.digest -ne $Digest) {
        throw (New-FailureException -FailureClass 'checksum' -Message "$Reference is $($image.digest), expected $Digest.")
    }
    if (-not $image.unpacked) {
        throw "pulling ${pulled}: it has no build for this Windows ($(Get-WindowsVersion))."
    }
    foreach ($name in @($pulled, $Reference, "$repository@$($image.digest)" | Select-Object -Unique)) {
        if ($name -ne $pulled) {
            Invoke-Ctr -ArgumentList @('images', 'tag', '--force', $pulled, $name) | Out-Null
        }
        Protect-ContainerImage -Reference $name
    }
    Get-ContainerImage -Reference $Reference
}

<#
.SYNOPSIS
Returns the version of Windows as builds of container images state it, without the revision: 10.0.20348.
#>
function Get-WindowsVersion {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    "10.0.$((Get-OsBuild).Major)"
}

<#
.SYNOPSIS
Has containerd pull an image. One without a build for this Windows is not unpacked afterwards.
.DESCRIPTION
Without --platform, ctr of containerd 1.7 fetches the layers of every Windows build. Without --hosts-dir it ignores the
mirrors.
#>
function Save-ContainerImage {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Reference)
    $registry = ($Reference -split '/')[0]
    $hosts = Get-ContainerdPath 'certs.d'
    try {
        if (Get-EcrRegion -Registry $registry) {
            $hosts = Get-WorkPath 'login'
            Save-RegistryLogin -Registry $registry -Directory $hosts
        }
        $arguments = @('images', 'pull', '--platform', "windows($(Get-WindowsVersion))/amd64", '--hosts-dir', $hosts, $Reference)
        Invoke-Download -Doing 'pulling' -What $Reference -Script {
            try {
                Invoke-Ctr -ArgumentList $arguments | Out-Null
            }
            catch {
                if ($_.Exception.Message -notmatch 'no match for platform') {
                    # Without what ctr of 1.7 logs about each host that it asks.
                    throw ($_.Exception.Message -replace 'time="[^"]*" level=\w+ msg="[^"]*"( \w+=\S+)* ')
                }
            }
        }
    }
    finally {
        Remove-RegistryLogin -Directory (Get-WorkPath 'login')
    }
}

<#
.SYNOPSIS
Returns the Region of a private ECR registry; empty for any other registry.
#>
function Get-EcrRegion {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string]$Registry)
    if ($Registry -match '^\d{12}\.dkr\.ecr(-fips)?\.(?<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?$') {
        return $Matches['region']
    }
    ''
}

<#
.SYNOPSIS
Logs in to a private ECR registry with the instance's role and writes the login where only the next pull looks for it.
.DESCRIPTION
ctr takes a login from its command line, which other processes and logs see, or from the headers in a hosts.toml.
containerd sends these headers to the registry itself: not to its mirrors, whose tables follow, and not to the storage
that the registry redirects to. The login is AWS's password of twelve hours, with the rights of the guest role.
#>
function Save-RegistryLogin {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Registry,
        [Parameter(Mandatory)][string]$Directory
    )
    $arguments = @('ecr', 'get-login-password', '--region', (Get-EcrRegion -Registry $Registry))
    $password = Invoke-Download -Doing 'logging in to' -What $Registry -Script {
        Invoke-Native -FilePath (Get-AwsCliPath) -ArgumentList $arguments -OutputOnly
    }
    $login = [Convert]::ToBase64String([System.Text.Encoding]::ASCII.GetBytes("AWS:$password".Trim()))
    $text = "server = 'https://$Registry'`n`n[header]`n  authorization = ['Basic $login']`n`n"
    $mirrors = Get-ContainerdPath "certs.d\$Registry\hosts.toml"
    if (Test-Path -Path $mirrors) {
        $text += [System.IO.File]::ReadAllText($mirrors)
    }
    New-Item -Path "$Directory\$Registry" -ItemType Directory -Force | Out-Null
    [System.IO.File]::WriteAllText("$Directory\$Registry\hosts.toml", $text)
}

<#
.SYNOPSIS
Removes what Save-RegistryLogin wrote. Overwrites it before, because a snapshot of the disk also has what was deleted.
#>
function Remove-RegistryLogin {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Directory)
    if (-not (Test-Path -Path $Directory)) {
        return
    }
    foreach ($file in Get-ChildItem -Path $Directory -Recurse -File) {
        $stream = [System.IO.File]::OpenWrite($file.FullName)
        $stream.Write((New-Object -TypeName 'byte[]' -ArgumentList $file.Length), 0, $file.Length)
        $stream.Flush($true)
        $stream.Dispose()
    }
    Remove-Item -Path $Directory -Recurse -Force
}

<#
.SYNOPSIS
Removes the compressed layers of the images that containerd has, and says so. Their unpacked layers, which containers
run from, stay.
.DESCRIPTION
`ctr content prune references` takes all layers, as CRI's discard_unpacked_layers does for its own pulls. So it is left
out if containerd has an image that is not unpacked: its layers are all that there is of it.
#>
function Remove-CompressedLayer {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $unpacked = @(Get-UnpackedName)
    $packed = @(Invoke-Ctr -ArgumentList @('images', 'list', '--quiet') | Where-Object { $_ -and $unpacked -notcontains $_ })
    if ($packed.Count -gt 0) {
        return "The compressed layers stay, because these images are not unpacked: $($packed -join ', ')."
    }
    Invoke-Ctr -ArgumentList @('content', 'prune', 'references') | Out-Null
    'The compressed layers are removed.'
}
