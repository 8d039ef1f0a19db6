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

<#
.SYNOPSIS
Waits until Windows installs nothing any more, but only as long as it may.
.DESCRIPTION
The Update Agent returns while the Modules Installer is still at work. A restart in the middle of that takes longer, or has Windows take the
updates back.
#>
function Wait-Servicing {
    [CmdletBinding()]
    param()
    $minutes = [int](Get-Setting 'SERVICING_MINUTES')
    $deadline = (Get-Date).AddMinutes($minutes)
    while (@(Get-Process -Name 'TiWorker', 'TrustedInstaller' -ErrorAction SilentlyContinue).Count -gt 0) {
        if ((Get-Date) -gt $deadline) {
            Write-Warning "Windows' Modules Installer has not come to rest in $minutes minutes."
            return
        }
        Start-Sleep -Seconds 10
    }
}

<#
.SYNOPSIS
By what Windows says that it waits for a restart; nothing if it does not.
#>
function Get-PendingRestart {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $keys = @(
        'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
        'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
    )
    $keys | Where-Object { Test-Path -Path $_ }
}
