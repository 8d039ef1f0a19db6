Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# By OperationResultCode of the Update Agent API.
$resultNames = 'not started', 'in progress', 'succeeded', 'succeeded with errors', 'failed', 'aborted'

function New-UpdateSession {
    [CmdletBinding()]
    param()
    $session = New-Object -ComObject Microsoft.Update.Session
    $session.ClientApplicationID = 'eks-windows-images'
    $session
}

<#
.SYNOPSIS
Downloads and installs updates.
.OUTPUTS
RestartRequired, and Results with one entry per update: its individual result counts, not the overall one. Neither a
failed update nor an exception of the Update Agent is an error here, because the next round tries again. An update left
after the last round is an error.
#>
function Install-ApplicableUpdate {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]$Session,
        [Parameter(Mandatory)][object[]]$Update
    )
    $wanted = New-Object -ComObject Microsoft.Update.UpdateColl
    foreach ($one in $Update) {
        if (-not $one.EulaAccepted) {
            $one.AcceptEula()
        }
        [void]$wanted.Add($one)
    }
    $downloader = $Session.CreateUpdateDownloader()
    $downloader.Updates = $wanted
    try {
        $download = $downloader.Download()
    }
    catch {
        $thrown = Get-ThrownResult -Exception $_.Exception
        $results = @($Update | ForEach-Object { Get-UpdateResult -Update $_ -Phase 'download' -Result $thrown })
        return [pscustomobject]@{ RestartRequired = $false; Results = $results }
    }

    $results = @()
    $ready = New-Object -ComObject Microsoft.Update.UpdateColl
    for ($index = 0; $index -lt $wanted.Count; $index++) {
        $one = $wanted.Item($index)
        if ($one.IsDownloaded) {
            [void]$ready.Add($one)
            continue
        }
        $results += Get-UpdateResult -Update $one -Phase 'download' -Result $download.GetUpdateResult($index)
    }
    if ($ready.Count -eq 0) {
        return [pscustomobject]@{ RestartRequired = $false; Results = $results }
    }

    $installer = $Session.CreateUpdateInstaller()
    $installer.Updates = $ready
    $thrown = $null
    $restartRequired = $false
    try {
        $installation = $installer.Install()
        $restartRequired = $installation.RebootRequired
    }
    catch {
        $thrown = Get-ThrownResult -Exception $_.Exception
    }
    for ($index = 0; $index -lt $ready.Count; $index++) {
        $result = $thrown
        if ($null -eq $thrown) {
            $result = $installation.GetUpdateResult($index)
        }
        $results += Get-UpdateResult -Update $ready.Item($index) -Phase 'install' -Result $result
    }
    [pscustomobject]@{ RestartRequired = $restartRequired; Results = $results }
}

<#
.SYNOPSIS
Returns the result of every update of a round in which the Update Agent throws instead of returning results: aborted,
not failed, because the code says nothing about any of them.
#>
function Get-ThrownResult {
    [CmdletBinding()]
    param([Parameter(Mandatory)][System.Exception]$Exception)
    [pscustomobject]@{ ResultCode = 5; HResult = $Exception.GetBaseException().HResult }
}

function Get-ResultName {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][int]$Code)
    $resultNames[$Code]
}

function Get-UpdateResult {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]$Update,
        [Parameter(Mandatory)][string]$Phase,
        [Parameter(Mandatory)]$Result
    )
    [pscustomobject]@{
        articles = @(Get-UpdateArticle -Update $Update)
        title    = $Update.Title
        phase    = $Phase
        result   = Get-ResultName -Code $Result.ResultCode
        hresult  = '0x{0:x8}' -f $Result.HResult
    }
}

<#
.SYNOPSIS
Returns the results of all rounds so far from their file.
#>
function Get-UpdateHistory {
    [CmdletBinding()]
    param()
    Read-JsonList -Path (Get-WorkPath 'output\updates.json')
}

<#
.SYNOPSIS
Returns whether an update that is left fails unattended: it was downloaded and its installation failed in each round
that tried it, at least twice, with a restart in between, and with the same code each time.
.DESCRIPTION
A code that differs, a failed download or a single attempt may pass. Windows' own monthly update never counts: an image
without it is not up to date.
#>
function Test-UnattendedFailure {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)]$Update,
        [Parameter(Mandatory)][AllowEmptyCollection()][object[]]$History
    )
    $attempts = @($History | Where-Object { $_.title -eq $Update.Title })
    if ($attempts.Count -lt 2 -or (Test-OsUpdate -Update $Update)) {
        return $false
    }
    $other = @($attempts | Where-Object { $_.phase -ne 'install' -or $_.result -ne 'failed' -or $_.hresult -ne $attempts[0].hresult })
    $other.Count -eq 0
}

<#
.SYNOPSIS
Returns the KBs that this build has installed: those that the base lacks, and those that the Update Agent reports as
installed.
#>
function Get-AddedUpdate {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $base = Read-Json -Path (Get-WorkPath 'output\base.json')
    @(
        Get-InstalledUpdate | Where-Object { $base.installedUpdates -notcontains $_ }
        Get-UpdateHistory | Where-Object { $_.phase -eq 'install' -and $_.result -like 'succeeded*' } | ForEach-Object { $_.articles }
    ) | Sort-Object -Unique
}
