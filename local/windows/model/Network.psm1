Set-StrictMode -Version Latest

# NetTCPIP is CDXML in Windows: its functions do not see the caller's $ErrorActionPreference.

function Get-NetTCPSetting {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string[]]$SettingName = @('Internet', 'Datacenter', 'Compat', 'DatacenterCustom', 'InternetCustom'))
    if (-not (Test-Refusal -Cmdlet $PSCmdlet -Name $SettingName -Cdxml)) {
        $SettingName | ForEach-Object { New-PortSetting -Protocol 'tcp' -Name $_ }
    }
}

function Get-NetUDPSetting {
    [CmdletBinding()]
    param()
    if (-not (Test-Refusal -Cmdlet $PSCmdlet -Cdxml)) {
        New-PortSetting -Protocol 'udp' -Name ''
    }
}

function New-PortSetting {
    param([string]$Protocol, [string]$Name)
    $ports = (Get-MachineState)[$Protocol]
    if (-not $ports) {
        $ports = @{ dynamicPortStart = 49152; dynamicPorts = 16384 }
    }
    [pscustomobject]@{ SettingName = $Name; DynamicPortRangeStartPort = $ports.dynamicPortStart; DynamicPortRangeNumberOfPorts = $ports.dynamicPorts }
}

<#
.SYNOPSIS
Returns the networks of the Host Network Service. It answers only while its service runs.
#>
function Get-HnsNetwork {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Id = '')
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $Id) {
        return
    }
    $state = Get-MachineState
    if (-not $state.services.ContainsKey('hns') -or $state.services['hns'].status -ne 'Running') {
        Write-CmdletError -Cmdlet $PSCmdlet -Message 'The Host Network Service is not running.' -Id 'HNS' -Category ResourceUnavailable
        return
    }
    $state.hnsNetworks | ForEach-Object { [pscustomobject]@{ Name = $_.name; Type = $_.type; ID = $_.id } } | Where-Object { -not $Id -or $_.ID -eq $Id }
}

Export-ModuleMember -Function Get-NetTCPSetting, Get-NetUDPSetting, Get-HnsNetwork
