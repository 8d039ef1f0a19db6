Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Returns each key of containerd's configuration that another config.toml has changed and this recipe does not mean to:
what AWS set there and a node would lose. `before` or `after` is empty if the key is missing there.
.DESCRIPTION
The recipe means to change where CNI configurations and the mirrors of registries are.
.PARAMETER Before
What Get-ContainerdConfiguration returned before the file was replaced.
.PARAMETER After
What it returned afterwards.
#>
function Get-ContainerdChange {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][hashtable]$Before,
        [Parameter(Mandatory)][hashtable]$After
    )
    $tables = Get-ContainerdTable
    $meant = "$($tables.Cni).conf_dir", "$($tables.Registry).config_path"
    foreach ($key in @($Before.Keys) + @($After.Keys) | Sort-Object -Unique) {
        $values = @($Before, $After | ForEach-Object { @($_[$key]) -join ', ' })
        if ($meant -notcontains $key -and $values[0] -cne $values[1]) {
            [pscustomobject]@{ key = $key; before = $values[0]; after = $values[1] }
        }
    }
}

<#
.SYNOPSIS
Warns of changes to containerd's configuration. Throws if somebody has looked at AWS's image of this Windows and has not
acknowledged one of them: then AWS has begun to set something that nobody knows.
.DESCRIPTION
`acknowledged.containerdConfig` in packer/first-contact/<windows>-EKS_Optimized.json names the keys that may differ.
#>
function Confirm-ContainerdChange {
    [CmdletBinding()]
    param([Parameter(Mandatory)][AllowEmptyCollection()][object[]]$Change)
    $contact = Get-FirstContact
    $acknowledged = @()
    if ($contact -and $contact.PSObject.Properties['acknowledged']) {
        $acknowledged = @($contact.acknowledged.containerdConfig)
    }
    $unknown = @($Change | Where-Object { $acknowledged -notcontains $_.key })
    foreach ($one in $unknown) {
        Write-Warning "config.toml: $($one.key) was '$($one.before)' in AWS's image and is '$($one.after)' now."
    }
    if ($contact -and $unknown.Count -gt 0) {
        throw "AWS's config.toml sets what this recipe does not keep and nobody has acknowledged in packer/first-contact: $(($unknown | ForEach-Object { $_.key }) -join ', ')."
    }
}
