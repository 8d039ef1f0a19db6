Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Get-AppxPackage {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name = '*', [switch]$AllUsers)
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $Name) {
        return
    }
    (Get-MachineState).apps | Where-Object { $_.name -like $Name -and ($AllUsers -or $_.forUser -eq $env:MODEL_USER) } | ForEach-Object {
        [pscustomobject]@{
            Name = $_.name; PackageFullName = $_.packageFullName
            IsFramework = [bool]$_['framework']; IsResourcePackage = [bool]$_['resource']
            SignatureKind = if ($_['signatureKind']) { $_['signatureKind'] } else { 'Store' }
        }
    }
}

function Get-AppxProvisionedPackage {
    [CmdletBinding()]
    param([Parameter(Mandatory)][switch]$Online)
    if (Test-Refusal -Cmdlet $PSCmdlet) {
        return
    }
    (Get-MachineState).apps | Where-Object { $_.provisioned } | ForEach-Object {
        [pscustomobject]@{ DisplayName = $_.name; PackageName = $_.packageFullName }
    }
}

<#
.SYNOPSIS
Removes an app. Over WinRM an Administrator may not remove the apps of others. An app of the state with `fixed` cannot
be removed.
#>
function Remove-AppxPackage {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)][Alias('PackageFullName')][string]$Package, [switch]$AllUsers)
    process {
        if (Test-Refusal -Cmdlet $PSCmdlet -Name $Package) {
            return
        }
        $app = (Get-MachineState).apps | Where-Object { $_.packageFullName -eq $Package }
        $code = if (-not $app) { '0x80073CF1, Package was not found.' }
        elseif ($AllUsers -and $env:MODEL_USER -ne 'SYSTEM') { '0x80070005, Access is denied.' }
        elseif ($app['fixed']) { '0x80073CFA, Removal failed. Please contact your software vendor.' }
        if ($code) {
            Write-CmdletError -Cmdlet $PSCmdlet -Message "Deployment failed with HRESULT: $code" -Id 'DeploymentError' -Target $Package
            return
        }
        Update-MachineState {
            param($state)
            $state.apps = @($state.apps | Where-Object { $_.packageFullName -ne $Package })
        }
    }
}

Export-ModuleMember -Function Get-AppxPackage, Get-AppxProvisionedPackage, Remove-AppxPackage
