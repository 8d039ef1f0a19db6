Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# The configuration of WinRM as Windows Server has it: a listener for HTTP, and values that are strings.
$windowsDefault = @{
    MaxTimeoutms = '60000'
    Service      = @{
        AllowUnencrypted = 'false'; MaxConnections = '300'
        Auth = @{ Basic = 'false'; Kerberos = 'true'; Negotiate = 'true'; Certificate = 'false'; CredSSP = 'false'; CbtHardeningLevel = 'Relaxed' }
    }
    Listener     = @{ Listener_1084132640 = @{ Transport = 'HTTP'; Address = '*'; Port = '5985'; CertificateThumbprint = '' } }
}

<#
.SYNOPSIS
Answers for the drive WSMan: what is at a path below it, such as localhost\Service\Auth\Basic. See Drives.psm1.
#>
function Invoke-WsManDrive {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Verb, [Parameter(Mandatory)][AllowEmptyString()][string]$Path, $Value)
    if (-not $Path) {
        return @{ exists = $true; container = $true; children = 'localhost'; get = [pscustomobject]@{ Name = 'WSMan' } }[$Verb]
    }
    if ((Get-MachineState).services['WinRM'].status -ne 'Running') {
        if ($Verb -eq 'exists') {
            return $true
        }
        throw 'The client cannot connect to the destination specified in the request. Verify that the service on the destination is running and is accepting requests.'
    }
    $refusal = Use-Refusal -Command 'WSMan' -Name $Verb
    if ($refusal) {
        throw $refusal.message
    }
    $configuration = (Get-MachineState).wsMan
    if ($configuration.Count -eq 0) {
        $configuration = $windowsDefault
    }
    $keys = @($Path.Split('\') | Select-Object -Skip 1)
    $item = Find-Setting -Root $configuration -Key $keys
    switch ($Verb) {
        'exists' { return $null -ne $item }
        'container' { return $item -is [System.Collections.IDictionary] }
        'children' { return @($item.Keys | Sort-Object) }
        'get' {
            $object = [pscustomobject]@{ Name = @($Path.Split('\'))[-1]; Value = $null; Keys = $null; Type = 'System.String' }
            if ($item -isnot [System.Collections.IDictionary]) {
                $object.Value = $item
            }
            elseif ($item.Contains('Transport')) {
                $object.Keys = "Transport=$($item.Transport)", "Address=$($item.Address)"
            }
            return $object
        }
        'set' { Edit-Configuration -Configuration $configuration -Key $keys -Script { param($parent, $name) $parent[$name] = "$Value".ToLower() } }
        'remove' { Edit-Configuration -Configuration $configuration -Key $keys -Script { param($parent, $name) $parent.Remove($name) } }
        'new' {
            if (@($item.Values | Where-Object { $_.Transport -eq $Value.Transport -and $_.Address -eq $Value.Address }).Count -gt 0) {
                throw 'The WS-Management service cannot create the resource because it already exists.'
            }
            if ($Value.Transport -eq 'HTTPS' -and -not (Get-MachineState).certificates.ContainsKey("$($Value.CertificateThumbPrint)")) {
                throw 'The WinRM client cannot process the request. The certificate structure was incomplete.'
            }
            $port = @{ HTTP = '5985'; HTTPS = '5986' }[$Value.Transport]
            $listener = @{ Transport = $Value.Transport; Address = $Value.Address; Port = $port; CertificateThumbprint = $Value.CertificateThumbPrint }
            Edit-Configuration -Configuration $configuration -Key ($keys + "Listener_$([guid]::NewGuid().ToString('N').Substring(0, 8))") -Script { param($parent, $name) $parent[$name] = $listener }
        }
    }
}

function Find-Setting {
    param($Root, [string[]]$Key)
    $item = $Root
    foreach ($name in $Key) {
        $known = if ($item -is [System.Collections.IDictionary]) { $item.Keys | Where-Object { $_ -eq $name } }
        if (-not $known) {
            return $null
        }
        $item = $item[$known]
    }
    , $item
}

function Edit-Configuration {
    param($Configuration, [string[]]$Key, [scriptblock]$Script)
    $parent = Find-Setting -Root $Configuration -Key @($Key | Select-Object -SkipLast 1)
    $known = $parent.Keys | Where-Object { $_ -eq $Key[-1] }
    [void](& $Script $parent $(if ($known) { $known } else { $Key[-1] }))
    Update-MachineState {
        param($state)
        $state.wsMan = $Configuration
    }
}

Export-ModuleMember -Function Invoke-WsManDrive
