Set-StrictMode -Version Latest

# A module that is CDXML in Windows: its functions do not see the caller's $ErrorActionPreference.

function New-NetFirewallRule {
    [CmdletBinding()]
    param(
        [string]$Name = "{$([guid]::NewGuid())}", [Parameter(Mandatory)][string]$DisplayName, [string]$Direction = 'Inbound', [string]$Protocol = 'Any',
        [string[]]$LocalPort = @('Any'), [string]$Action = 'Allow', [string]$Enabled = 'True', [string]$Profile = 'Any', [string]$Program = 'Any',
        [string]$Group = '', [string]$Description = '', [string[]]$RemoteAddress = @('Any')
    )
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $Name -Cdxml) {
        return
    }
    if ((Get-MachineState).firewallRules.ContainsKey($Name)) {
        Write-CmdletError -Cdxml -Cmdlet $PSCmdlet -Message 'Cannot create a file when that file already exists.' -Id 'Windows System Error 183,New-NetFirewallRule'
        return
    }
    Update-MachineState {
        param($state)
        $state.firewallRules[$Name] = @{ displayName = $DisplayName; direction = $Direction; protocol = $Protocol; localPort = @($LocalPort) -join ','; action = $Action; enabled = $Enabled }
    }
    Get-NetFirewallRule -Name $Name
}

function Get-NetFirewallRule {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string[]]$Name = @('*'), [string[]]$DisplayName = @('*'))
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $Name -Cdxml) {
        return
    }
    $rules = (Get-MachineState).firewallRules
    foreach ($pattern in $Name) {
        $found = @($rules.Keys | Where-Object { $_ -like $pattern })
        if ($found.Count -eq 0 -and -not [WildcardPattern]::ContainsWildcardCharacters($pattern)) {
            $complaint = "No MSFT_NetFirewallRule objects found with property 'InstanceID' equal to '$pattern'.  Verify the value of the property and retry."
            Write-CmdletError -Cdxml -Cmdlet $PSCmdlet -Message $complaint -Id 'CmdletizationQuery_NotFound_InstanceID,Get-NetFirewallRule' -Category ObjectNotFound -Target $pattern
        }
        foreach ($one in $found) {
            $rule = $rules[$one]
            if (@($DisplayName | Where-Object { $rule.displayName -like $_ }).Count -gt 0) {
                [pscustomobject]@{ Name = $one; ID = $one; InstanceID = $one; DisplayName = $rule.displayName; Enabled = $rule.enabled; Direction = $rule.direction; Action = $rule.action }
            }
        }
    }
}

function Remove-NetFirewallRule {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)][string[]]$Name)
    process {
        if (Test-Refusal -Cmdlet $PSCmdlet -Name $Name -Cdxml) {
            return
        }
        foreach ($rule in @(Get-NetFirewallRule -Name $Name)) {
            Update-MachineState {
                param($state)
                [void]$state.firewallRules.Remove($rule.Name)
            }
        }
    }
}

Export-ModuleMember -Function *-NetFirewallRule
