Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# OperationResultCode of the Update Agent API.
$resultNames = @{ 0 = 'not started'; 1 = 'in progress'; 2 = 'succeeded'; 3 = 'succeeded with errors'; 4 = 'failed'; 5 = 'aborted' }

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
RestartRequired, and Results: one entry an update, whose own result counts, not the overall one. A failed update is no error here, nor is an
Update Agent that throws: the next round tries again, and what is left after the last round is one.
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
What counts for each update of a round when the Update Agent throws instead of giving each its result.
#>
function Get-ThrownResult {
    [CmdletBinding()]
    param([Parameter(Mandatory)][System.Exception]$Exception)
    [pscustomobject]@{ ResultCode = 4; HResult = $Exception.GetBaseException().HResult }
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
        result   = $resultNames[[int]$Result.ResultCode]
        hresult  = '0x{0:x8}' -f $Result.HResult
    }
}

<#
.SYNOPSIS
What the rounds so far did, from the file they keep.
#>
function Get-UpdateHistory {
    [CmdletBinding()]
    param()
    Read-JsonList -Path (Get-WorkPath 'output\updates.json')
}

<#
.SYNOPSIS
The KBs that this build has installed: what is there and was not in the base, and what the Update Agent says it has installed.
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
