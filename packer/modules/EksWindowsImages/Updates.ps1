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
Returns the result of every update of a round in which the Update Agent throws instead of returning results.
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
Returns the results of all rounds so far from their file.
#>
function Get-UpdateHistory {
    [CmdletBinding()]
    param()
    Read-JsonList -Path (Get-WorkPath 'output\updates.json')
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

<#
.SYNOPSIS
Waits until Windows has finished installing, at most for SERVICING_MINUTES.
.DESCRIPTION
The Update Agent returns while the Modules Installer is still working. A restart at that moment takes longer or makes
Windows roll the updates back.
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
Returns the registry keys by which Windows requests a restart; nothing if it needs none.
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
