Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Defender's definitions appear several times a day and install themselves: with them, updates would never be complete.
$definitionUpdates = 'e0789628-ce08-4437-be74-2495b842f43b'

# Security Updates and Update Rollups: the updates of a Patch Tuesday belong to one of these categories.
$monthly = @('0fa1201d-4330-4fa8-8ae9-b877473b6441', '28bc880e-0592-4cbf-8f95-c79b17d5d5f0')

# Upgrades to another Windows release: KB5044284 offers 2025 to 2019 and 2022. An image keeps the release of its
# variant.
$upgrades = '3689bdc8-b205-4af4-8d4a-a63924c5e9d5'

# These fail on every server in EC2 and are offered again each time. KB5007651, the platform of the Windows Security app,
# needs a signed-in user. KB5034439 updates the recovery environment of Windows Server 2022, for which EC2's images have
# no partition.
$neverUnattended = @('KB5007651', 'KB5034439')

<#
.SYNOPSIS
Returns the updates that Windows Update offers, except drivers. Retries an incomplete search, and then throws.
.OUTPUTS
One entry per update: Update, and LeftOut, the reason why the update is skipped; empty if it is not.
#>
function Find-OfferedUpdate {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]$Session,
        [string[]]$DeniedUpdate = @()
    )
    $searcher = $Session.CreateUpdateSearcher()
    $offered = Invoke-WithRetry -Activity 'Searching for updates' -Script {
        $found = $searcher.Search("IsInstalled=0 and IsHidden=0 and Type='Software'")
        if ($found.ResultCode -ne 2) {
            $causes = @(Get-ResultName -Code $found.ResultCode) + @($found.Warnings | ForEach-Object { '0x{0:x8} {1}' -f $_.HResult, $_.Message })
            throw "The search for updates is incomplete: $($causes -join '; ')"
        }
        $updates = @($found.Updates | ForEach-Object { $_ })
        $empty = @($updates | Where-Object { -not (Test-UpdateObject -Update $_) })
        if ($empty.Count -gt 0) {
            throw "The search for updates is incomplete: $($empty.Count) of its $($updates.Count) updates have no properties."
        }
        $updates
    }
    foreach ($update in $offered) {
        [pscustomobject]@{ Update = $update; LeftOut = Get-SkipReason -Update $update -DeniedUpdate $DeniedUpdate }
    }
}

<#
.SYNOPSIS
Returns whether an update of a search has the properties by which it is judged. The Update Agent sometimes returns empty
objects (rgl/packer-plugin-windows-update#144).
#>
function Test-UpdateObject {
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)][AllowNull()]$Update)
    if ($null -eq $Update) {
        return $false
    }
    $absent = @('Title', 'KBArticleIDs', 'Categories', 'BrowseOnly', 'InstallationBehavior' | Where-Object { -not $Update.PSObject.Properties[$_] })
    if ($absent.Count -gt 0 -or $null -eq $Update.InstallationBehavior) {
        return $false
    }
    [bool]$Update.InstallationBehavior.PSObject.Properties['CanRequestUserInput']
}

function Get-SkipReason {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)]$Update,
        [string[]]$DeniedUpdate = @()
    )
    $articles = @(Get-UpdateArticle -Update $Update)
    if ($articles | Where-Object { $DeniedUpdate -contains $_ }) {
        return 'denied'
    }
    if ($articles | Where-Object { $neverUnattended -contains $_ }) {
        return 'never installs unattended'
    }
    if ($Update.BrowseOnly -or $Update.Title -match '\bPreview\b') {
        return 'a preview'
    }
    if ($Update.InstallationBehavior.CanRequestUserInput) {
        return 'asks a person'
    }
    if ($Update.Categories | Where-Object { $_.CategoryID -eq $definitionUpdates }) {
        return 'a definition update'
    }
    if ($Update.Categories | Where-Object { $_.CategoryID -eq $upgrades }) {
        return 'another Windows'
    }
    ''
}

<#
.SYNOPSIS
Returns whether an update is the monthly one of Windows itself, which raises its build. The .NET update of the same
categories does not.
.DESCRIPTION
Titles are `2026-11 Cumulative Update for Microsoft server operating system version 21H2 ...`, and since the end of 2025
also `2026-11 Security Update (KB5099999) (26100.7171)`, which names the resulting build.
#>
function Test-OsUpdate {
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)]$Update)
    if (-not ($Update.Categories | Where-Object { $monthly -contains $_.CategoryID })) {
        return $false
    }
    $Update.Title -notmatch '\.NET\b' -and $Update.Title -match 'Cumulative Update for (Windows|Microsoft server operating system)|\(\d{5}\.\d+\)\s*$'
}

function Get-UpdateArticle {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)]$Update)
    $Update.KBArticleIDs | ForEach-Object { "KB$_" }
}
