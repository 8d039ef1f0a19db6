Set-StrictMode -Version Latest

# The names of exclusions in the state.
$kinds = [ordered]@{ ExclusionPath = 'exclusionPaths'; ExclusionProcess = 'exclusionProcesses'; ExclusionExtension = 'exclusionExtensions' }

# A module that is CDXML in Windows: its functions do not see the caller's $ErrorActionPreference.

function Get-MpPreference {
    [CmdletBinding()]
    param()
    if (-not (Test-Refusal -Cmdlet $PSCmdlet -Cdxml)) {
        $defender = (Get-MachineState).defender
        $preference = [ordered]@{}
        foreach ($kind in $kinds.Keys) {
            $preference[$kind] = @($defender[$kinds[$kind]] | Where-Object { $_ })
        }
        [pscustomobject]$preference
    }
}

function Add-MpPreference {
    [CmdletBinding()]
    param([string[]]$ExclusionPath, [string[]]$ExclusionProcess, [string[]]$ExclusionExtension, [switch]$Force)
    if (Test-Refusal -Cmdlet $PSCmdlet -Cdxml) {
        return
    }
    $given = $PSBoundParameters
    Update-MachineState {
        param($state)
        foreach ($kind in @($kinds.Keys | Where-Object { $given.ContainsKey($_) })) {
            $state.defender[$kinds[$kind]] = @(@($state.defender[$kinds[$kind]]) + $given[$kind] | Where-Object { $_ } | Select-Object -Unique)
        }
    }
}

Export-ModuleMember -Function Get-MpPreference, Add-MpPreference
