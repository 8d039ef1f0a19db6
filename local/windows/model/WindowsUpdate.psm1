Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# The Update Agent's COM objects. Errors are COM exceptions with the agent's HRESULT.

class UpdateCollection : System.Collections.IEnumerable {
    [System.Collections.ArrayList]$All = @()
    [int]$Count = 0
    [int] Add($update) { $this.Count++; return $this.All.Add($update) }
    [object] Item([int]$index) { return $this.All[$index] }
    [System.Collections.IEnumerator] GetEnumerator() { return $this.All.GetEnumerator() }
}

class UpdateResult {
    [int]$ResultCode
    [int]$HResult
    [bool]$RebootRequired
}

class OperationResult {
    [int]$ResultCode
    [int]$HResult
    [bool]$RebootRequired
    [object[]]$Results
    [object] GetUpdateResult([int]$index) { return $this.Results[$index] }
}

class OfferedUpdate {
    [string]$Title
    [string[]]$KBArticleIDs
    [object[]]$Categories
    [object]$InstallationBehavior
    [bool]$BrowseOnly
    [bool]$EulaAccepted
    [bool]$IsDownloaded
    [bool]$IsInstalled
    hidden [string]$Kb
    [void] AcceptEula() { $this.EulaAccepted = $true }
}

class UpdateSearcher {
    [object] Search([string]$criteria) { return Find-Update }
}

class UpdateDownloader {
    [object]$Updates
    [object] Download() { return Save-Update -Update $this.Updates }
}

class UpdateInstaller {
    [object]$Updates
    [object] Install() { return Install-Update -Update $this.Updates }
}

class UpdateSession {
    [string]$ClientApplicationID
    [object] CreateUpdateSearcher() { return [UpdateSearcher]::new() }
    [object] CreateUpdateDownloader() { Assert-Local; return [UpdateDownloader]::new() }
    [object] CreateUpdateInstaller() { Assert-Local; return [UpdateInstaller]::new() }
}

<#
.SYNOPSIS
Returns the COM object Microsoft.Update.Session or Microsoft.Update.UpdateColl.
#>
function New-UpdateAgentObject {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$ProgId)
    if ($ProgId -eq 'Microsoft.Update.UpdateColl') {
        return , [UpdateCollection]::new()
    }
    [UpdateSession]::new()
}

# The agent neither downloads nor installs for somebody who is logged in over the network.
function Assert-Local {
    if ($env:MODEL_USER -ne 'SYSTEM') {
        Stop-ByResult -HResult 0x80070005 -Message 'Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))'
    }
}

function Stop-ByResult {
    param([long]$HResult, [string]$Message = ('Exception from HRESULT: 0x{0:X8}' -f ($HResult -band 0xFFFFFFFFL)))
    throw [System.Runtime.InteropServices.COMException]::new($Message, (ConvertTo-SignedResult $HResult))
}

function ConvertTo-SignedResult {
    param([long]$HResult)
    [BitConverter]::ToInt32([BitConverter]::GetBytes($HResult), 0)
}

function Assert-Accepted {
    param([string]$Command)
    $refusal = Use-Refusal -Command $Command
    if ($refusal) {
        Stop-ByResult -HResult ([long]$refusal.hresult)
    }
}

function Find-Update {
    Assert-Accepted -Command 'IUpdateSearcher.Search'
    $state = Get-MachineState
    $search = Use-Search
    $found = [UpdateCollection]::new()
    foreach ($update in @($state.updates | Where-Object { -not $_.installed -and -not $_['waits'] })) {
        [void]$found.Add([OfferedUpdate]@{
                Title                = $update.title
                KBArticleIDs         = @($update.kb | Where-Object { $_ })
                Categories           = @($update.categories | ForEach-Object { [pscustomobject]@{ CategoryID = $_; Name = '' } })
                InstallationBehavior = [pscustomobject]@{ CanRequestUserInput = [bool]$update['canRequestUserInput']; RebootBehavior = 2 }
                BrowseOnly           = [bool]$update['browseOnly']
                EulaAccepted         = -not $update['eula']
                Kb                   = $update.title
            })
    }
    for ($count = 0; $count -lt $search.emptyUpdates; $count++) {
        [void]$found.Add([pscustomobject]@{})
    }
    [pscustomobject]@{
        ResultCode = $search.resultCode
        Updates    = $found
        Warnings   = @($search.warnings | ForEach-Object { [pscustomobject]@{ Message = $_.message; HResult = ConvertTo-SignedResult $_.hresult } })
    }
}

# How this search ends: as the state says, `times` times or always.
function Use-Search {
    $search = (Get-MachineState).search
    if ($search.Contains('times')) {
        if ($search.times -le 0) {
            return @{ resultCode = 2; warnings = @(); emptyUpdates = 0 }
        }
        Update-MachineState {
            param($state)
            $state.search.times--
        }
    }
    $search
}

function Save-Update {
    param($Update)
    Assert-Accepted -Command 'IUpdateDownloader.Download'
    $known = (Get-MachineState).updates
    $results = @(foreach ($one in $Update) {
            $fails = @($known | Where-Object { $_.title -eq $one.Title })[0]['downloadFails']
            $one.IsDownloaded = -not $fails
            if ($fails) { [UpdateResult]@{ ResultCode = 4; HResult = ConvertTo-SignedResult $fails } } else { [UpdateResult]@{ ResultCode = 2 } }
        })
    [OperationResult]@{ ResultCode = 2; Results = $results }
}

<#
.SYNOPSIS
Installs updates: each by its own result. Those that want a restart raise the build at the next start only. A result
with `times` comes so many times, then the update succeeds.
#>
function Install-Update {
    param($Update)
    Assert-Accepted -Command 'IUpdateInstaller.Install'
    $titles = @($Update | ForEach-Object { $_.Title })
    $thrown = @((Get-MachineState).updates | Where-Object { $titles -contains $_.title -and $_['agentThrows'] })
    if ($thrown.Count -gt 0) {
        Stop-ByResult -HResult $thrown[0]['agentThrows']
    }
    $results = @(Update-MachineState {
            param($state)
            foreach ($title in $titles) {
                $one = @($state.updates | Where-Object { $_.title -eq $title })[0]
                $code = if ($one.Contains('times') -and $one.times-- -le 0) { 2 } else { [int]$one.resultCode }
                $result = [UpdateResult]@{ ResultCode = $code; HResult = if ($code -eq 2) { 0 } else { ConvertTo-SignedResult $one['hresult'] } }
                if ($code -eq 2 -or $code -eq 3) {
                    $result.RebootRequired = $one.needsRestarts -gt 0
                    $one.installed = -not $result.RebootRequired
                    $one.waits = $result.RebootRequired
                    $state.pendingRestarts = [math]::Max($state.pendingRestarts, $one.needsRestarts)
                    if ($one.installed) { $state.hotfixes = @($state.hotfixes) + "KB$($one.kb)" }
                }
                $result
            }
        })
    Set-MachineRegistry
    [OperationResult]@{ ResultCode = 2; Results = $results; RebootRequired = @($results | Where-Object { $_.RebootRequired }).Count -gt 0 }
}

Export-ModuleMember -Function New-UpdateAgentObject
